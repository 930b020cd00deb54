package io.muster.registry.proxy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.LoadBalancer;
import io.muster.lb.LoadBalancers;
import io.muster.lb.RetryBudget;
import io.muster.lb.Ticket;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One service behind the proxy: its balancer and what bounds the requests to it. Thread-safe. */
final class ProxiedService {
    private final ServiceKey key;
    private final Balancing balancing;
    private final HashKeys hashKeys;
    private final LoadBalancer loadBalancer;
    private final RetryBudget budget;
    private final @Nullable CircuitBreaker breaker;
    private final @Nullable RateLimiter limiter;
    private volatile ServiceState state;

    ProxiedService(ServiceState state, Balancing balancing, LongSupplier nanoClock, Executor reviews) {
        this.key = state.key();
        this.state = state;
        this.balancing = balancing;
        this.hashKeys = new HashKeys(balancing.hash());
        this.loadBalancer = LoadBalancers.loadBalancer(balancing.newStrategy(), reviews);
        this.loadBalancer.configure(balancing.newStrategy(), balancing.options());
        this.budget = LoadBalancers.retryBudget(
                balancing.retry().budgetPercent(), balancing.retry().budgetMinPerSecond(), nanoClock);
        this.breaker = balancing.circuitBreaker().enabled() ? breaker(key, balancing.circuitBreaker()) : null;
        this.limiter = balancing.rateLimit().requestsPerSecond() > 0
                ? limiter(key, balancing.rateLimit().requestsPerSecond())
                : null;
        follow(state);
    }

    /** Takes over what the catalogue says now. Calls are made one after the other. */
    void follow(ServiceState now) {
        List<InstanceTarget> taking = new ArrayList<>();
        for (InstanceRecord instance : now.instances()) {
            if (instance.status().takesRequests()) {
                taking.add(InstanceTarget.of(instance));
            }
        }
        loadBalancer.update(taking);
        state = now;
    }

    ServiceKey key() {
        return key;
    }

    ServiceState state() {
        return state;
    }

    Balancing.Retry retry() {
        return balancing.retry();
    }

    RetryBudget budget() {
        return budget;
    }

    @Nullable
    CircuitBreaker breaker() {
        return breaker;
    }

    /** Whether one more request may be made this second. */
    boolean mayCall() {
        RateLimiter bound = limiter;
        return bound == null || bound.acquirePermission();
    }

    long hash(ProxyCall call) {
        return hashKeys.of(call);
    }

    @Nullable
    Endpoint pick(long hash, Exclusions tried) {
        return loadBalancer.pick(hash, tried);
    }

    Ticket start(Endpoint endpoint) {
        return loadBalancer.start(endpoint);
    }

    List<Endpoint> endpoints() {
        return loadBalancer.snapshot().endpoints();
    }

    int inFlight() {
        return endpoints().stream().mapToInt(Endpoint::inFlight).sum();
    }

    /** Why {@link #pick} finds nobody. */
    String noInstanceText() {
        ServiceState now = state;
        Map<io.muster.api.InstanceStatus, Integer> counts = new EnumMap<>(io.muster.api.InstanceStatus.class);
        now.instances().forEach(instance -> counts.merge(instance.status(), 1, Integer::sum));
        return "No instance of service " + key.service() + " in namespace " + key.namespace()
                + " takes requests: the registry knows " + (counts.isEmpty() ? "none" : counts);
    }

    private static CircuitBreaker breaker(ServiceKey key, Balancing.CircuitBreaker settings) {
        return CircuitBreaker.of(
                key.namespace() + "/" + key.service(),
                CircuitBreakerConfig.custom()
                        .failureRateThreshold(settings.failurePercent())
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(settings.window())
                        .minimumNumberOfCalls(settings.minRequests())
                        .permittedNumberOfCallsInHalfOpenState(settings.halfOpenRequests())
                        .waitDurationInOpenState(settings.open())
                        .build());
    }

    private static RateLimiter limiter(ServiceKey key, int perSecond) {
        return RateLimiter.of(
                key.namespace() + "/" + key.service(),
                RateLimiterConfig.custom()
                        .limitRefreshPeriod(Duration.ofSeconds(1))
                        .limitForPeriod(perSecond)
                        .timeoutDuration(Duration.ZERO)
                        .build());
    }

    /** Tells the breaker how a request ended; a request that is nobody's fault gives its permission back. */
    void ended(@Nullable Boolean failed, long nanos) {
        CircuitBreaker current = breaker;
        if (current == null) {
            return;
        }
        if (failed == null) {
            current.releasePermission();
        } else if (failed) {
            current.onError(nanos, TimeUnit.NANOSECONDS, new IllegalStateException("failed"));
        } else {
            current.onSuccess(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
