package io.muster.client.spring.loadbalancer;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import io.muster.lb.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One call to a service through all its attempts: whom it tried, and whether it may try again. For one thread at a time.
 *
 * <p>What may be tried again: any method when no connection came about; idempotent methods also when it broke before the
 * response's headers; on an endpoint that this call has not tried; within the most attempts and, unless no connection came
 * about, within the budget. Never after a timeout: the server may be at work, and a second one would be put to the same.
 */
// LoadBalancerLifecycle is raw throughout Spring's API.
@SuppressWarnings("rawtypes")
final class BalancedCall {
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.TRACE);

    /** An instance that a call goes to next; ours have a balancer and an endpoint. */
    record Chosen(
            ServiceInstance instance,
            @Nullable ServiceBalancer balancer,
            @Nullable Endpoint endpoint) {}

    private final Routes routes;
    private final Route route;
    private final HttpMethod method;
    private final Supplier<RequestData> data;
    private final Set<LoadBalancerLifecycle> lifecycles;
    private final List<ServiceInstance> tried = new ArrayList<>(2);
    private Exclusions exclusions = Exclusions.none();
    private @Nullable LifecycleCall lifecycle;
    private @Nullable Selection selection;

    BalancedCall(
            Routes routes,
            Route route,
            HttpMethod method,
            Supplier<RequestData> data,
            Set<LoadBalancerLifecycle> lifecycles) {
        this.routes = routes;
        this.route = route;
        this.method = method;
        this.data = data;
        this.lifecycles = lifecycles;
    }

    static boolean isIdempotent(HttpMethod method) {
        return IDEMPOTENT.contains(method);
    }

    Route route() {
        return route;
    }

    /** Chooses where the call goes first, waiting for the first view if need be. Null: nobody takes it. */
    @Nullable
    Chosen choose() throws InterruptedException {
        route.budget().called();
        ServiceBalancer own = route.own();
        if (own == null) {
            return chooseByChooser().block();
        }
        announce();
        Chosen chosen = pick(own);
        if (chosen == null && !own.isOpen()) {
            own.awaitOpen();
            chosen = pick(own);
        }
        return chosen;
    }

    /** {@link #choose()} without blocking; empty: nobody takes it. */
    Mono<Chosen> chooseLater() {
        route.budget().called();
        ServiceBalancer own = route.own();
        if (own == null) {
            return chooseByChooser();
        }
        announce();
        Chosen chosen = pick(own);
        if (chosen != null || own.isOpen()) {
            return Mono.justOrEmpty(chosen);
        }
        // The call goes on on a thread of Reactor's: the registry client's has other things to do.
        return Mono.fromFuture(own.opening(), true)
                .publishOn(Schedulers.parallel())
                .flatMap(opened -> Mono.justOrEmpty(pick(own)));
    }

    /** Whether a request was sent. */
    boolean isStarted() {
        return !tried.isEmpty();
    }

    /** Whether a failure may be tried again at all, the budget and other endpoints aside. */
    boolean isRetryable(Failure failure, boolean replayable) {
        if (tried.size() >= route.retry().attempts() || !replayable) {
            return false;
        }
        return failure == Failure.REFUSED || (failure == Failure.BROKEN && isIdempotent(method));
    }

    /** Chooses where the call goes next after a retryable failure. Null: nobody else, or the budget is spent. */
    @Nullable
    Chosen chooseAnother(Failure failure) {
        ServiceBalancer own = route.own();
        if (own == null) {
            return charged(failure, chooseByChooser().block());
        }
        announce();
        return charged(failure, pick(own));
    }

    /** {@link #chooseAnother} without blocking; empty: nobody else, or the budget is spent. */
    Mono<Chosen> chooseAnotherLater(Failure failure) {
        ServiceBalancer own = route.own();
        if (own == null) {
            return chooseByChooser().flatMap(chosen -> Mono.justOrEmpty(charged(failure, chosen)));
        }
        announce();
        return Mono.justOrEmpty(charged(failure, pick(own)));
    }

    /** Starts the request on the chosen instance; whoever starts it ends the attempt. */
    Attempt start(Chosen chosen) {
        ServiceBalancer balancer = chosen.balancer();
        Endpoint endpoint = chosen.endpoint();
        tried.add(chosen.instance());
        if (endpoint != null) {
            exclusions = exclusions.with(endpoint);
        }
        if (lifecycle != null) {
            lifecycle.requestStarted(chosen.instance());
        }
        Traffic traffic = balancer == null ? route.traffic() : balancer.traffic();
        traffic.started();
        Ticket ticket = balancer == null || endpoint == null ? null : balancer.start(endpoint);
        return new Attempt(chosen.instance(), ticket, traffic, lifecycle);
    }

    /** Nobody took the call. */
    void foundNobody() {
        route.traffic().foundNoInstance();
        if (lifecycle != null) {
            lifecycle.discarded();
        }
    }

    private @Nullable Chosen pick(ServiceBalancer own) {
        Selection said = selection;
        if (said == null) {
            said = own.select(data);
            selection = said;
        }
        Endpoint endpoint = own.pick(said, exclusions);
        return endpoint == null ? null : new Chosen((MusterServiceInstance) endpoint.target(), own, endpoint);
    }

    private @Nullable Chosen charged(Failure failure, @Nullable Chosen chosen) {
        if (chosen == null) {
            discardRetry();
            return null;
        }
        if (failure != Failure.REFUSED && !route.budget().tryRetry()) {
            route.traffic().retryDenied();
            discardRetry();
            return null;
        }
        route.traffic().retried();
        return chosen;
    }

    private void discardRetry() {
        if (lifecycle != null) {
            lifecycle.discarded();
        }
    }

    /** Asks the balancer that the application brought; it may answer an instance that was tried, which is nobody then. */
    private Mono<Chosen> chooseByChooser() {
        ReactiveLoadBalancer<ServiceInstance> chooser = route.chooser();
        if (chooser == null) {
            return Mono.empty();
        }
        Request<RequestDataContext> request = announce(request());
        return Mono.from(chooser.choose(request)).flatMap(response -> Mono.justOrEmpty(chosen(response)));
    }

    private @Nullable Chosen chosen(Response<ServiceInstance> response) {
        ServiceInstance instance = response.getServer();
        if (instance == null || tried.contains(instance)) {
            return null;
        }
        ServiceBalancer balancer = routes.balancerOf(instance);
        return new Chosen(instance, balancer, balancer == null ? null : balancer.endpointOf(instance));
    }

    private void announce() {
        if (!lifecycles.isEmpty()) {
            announce(request());
        }
    }

    private Request<RequestDataContext> announce(Request<RequestDataContext> request) {
        if (!lifecycles.isEmpty()) {
            LifecycleCall next = new LifecycleCall(lifecycles, request);
            lifecycle = next;
            next.started();
        }
        return request;
    }

    private Request<RequestDataContext> request() {
        if (tried.isEmpty()) {
            return new DefaultRequest<>(new RequestDataContext(data.get(), route.hint()));
        }
        ServiceInstance previous = tried.get(tried.size() - 1);
        return new DefaultRequest<>(new RetryableRequestContext(previous, data.get(), route.hint()));
    }
}
