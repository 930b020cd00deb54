package io.muster.client.spring.loadbalancer;

import io.muster.lb.RetryBudget;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequestContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycleValidator;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.ResponseData;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;

/**
 * What calls to one service need to know, gathered at the first one. Immutable.
 *
 * @param service the service's name, in lower case
 * @param own our balancer; null when the application brought one of its own for this service
 * @param chooser the application's balancer; null when it is ours, or nobody balances this service
 * @param problem why this service cannot be called at all; null when it can
 * @param retry when calls are tried again
 * @param budget bounds the retries
 * @param traffic counts the calls
 * @param hint Spring's hint for this service
 * @param properties Spring's properties for this service; null when its factory has none
 * @param blockingLifecycles who is told of calls by RestTemplate and RestClient
 * @param reactiveLifecycles who is told of calls by WebClient, Spring Cloud Gateway and OpenFeign
 */
// LoadBalancerLifecycle is raw throughout Spring's API.
@SuppressWarnings("rawtypes")
record Route(
        String service,
        @Nullable ServiceBalancer own,
        @Nullable ReactiveLoadBalancer<ServiceInstance> chooser,
        @Nullable String problem,
        MusterLoadBalancerProperties.Retry retry,
        RetryBudget budget,
        Traffic traffic,
        String hint,
        @Nullable LoadBalancerProperties properties,
        Set<LoadBalancerLifecycle> blockingLifecycles,
        Set<LoadBalancerLifecycle> reactiveLifecycles) {
    private static final String DEFAULT_HINT = "default";

    static String hint(String service, @Nullable LoadBalancerProperties properties) {
        if (properties == null) {
            return DEFAULT_HINT;
        }
        Map<String, String> hints = properties.getHint();
        return hints.getOrDefault(service, hints.getOrDefault(DEFAULT_HINT, DEFAULT_HINT));
    }

    /** Those that Spring's own blocking client would tell. */
    static Set<LoadBalancerLifecycle> blocking(Map<String, LoadBalancerLifecycle> all) {
        return Set.copyOf(LoadBalancerLifecycleValidator.getSupportedLifecycleProcessors(
                all, DefaultRequestContext.class, Object.class, ServiceInstance.class));
    }

    /** Those that Spring's own filters for WebClient and its Gateway, and its client for Feign, would tell. */
    static Set<LoadBalancerLifecycle> reactive(Map<String, LoadBalancerLifecycle> all) {
        return Set.copyOf(LoadBalancerLifecycleValidator.getSupportedLifecycleProcessors(
                all, RequestDataContext.class, ResponseData.class, ServiceInstance.class));
    }

    /** The same with other retries. */
    Route with(MusterLoadBalancerProperties.Retry newRetry, RetryBudget newBudget) {
        return new Route(
                service,
                own,
                chooser,
                problem,
                newRetry,
                newBudget,
                traffic,
                hint,
                properties,
                blockingLifecycles,
                reactiveLifecycles);
    }

    /** When calls are tried again, as it is configured now. */
    @Override
    public MusterLoadBalancerProperties.Retry retry() {
        return own == null ? retry : own.retry();
    }

    /** Bounds the retries, as it is configured now. */
    @Override
    public RetryBudget budget() {
        return own == null ? budget : own.budget();
    }

    /** Why nobody takes a call. */
    String noInstanceText() {
        if (problem != null) {
            return "No instance of service " + service + ": " + problem;
        }
        return own == null
                ? "No instance of service " + service + " by the application's own load balancer"
                : own.noInstanceText();
    }
}
