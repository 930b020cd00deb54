package io.muster.client.spring.loadbalancer;

import io.muster.lb.LoadBalancers;
import io.muster.lb.RetryBudget;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.LoadBalancerProperties;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;

/**
 * Finds what a call to a service needs: our balancer, or the one that the application configured for that service in
 * Spring Cloud LoadBalancer's child context. Thread-safe; after the first call to a service one map read.
 *
 * <p>Bounded as {@link ServiceBalancers} is, because each child context costs memory and service names may come from
 * outside.
 */
final class Routes {
    private final ReactiveLoadBalancer.Factory<ServiceInstance> factory;
    private final ServiceBalancers balancers;
    private final LongSupplier nanoClock;
    private final Map<String, Route> routes = new ConcurrentHashMap<>();
    /** Services that have a child context, or will have one in a moment. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    Routes(ReactiveLoadBalancer.Factory<ServiceInstance> factory, ServiceBalancers balancers, LongSupplier nanoClock) {
        this.factory = factory;
        this.balancers = balancers;
        this.nanoClock = nanoClock;
    }

    /** The route to the service that a URI names by its host. */
    Route route(String host) {
        String service = host.toLowerCase(Locale.ROOT);
        Route route = routes.get(service);
        if (route != null) {
            return route;
        }
        if (!known.contains(service) && known.size() >= ServiceBalancers.MAX_SERVICES) {
            return unusable(
                    service,
                    "called services must be at most " + ServiceBalancers.MAX_SERVICES + " but it was one more");
        }
        known.add(service);
        // Made outside the map: a child context is big work, and of two made at once one is dropped.
        Route made = make(service);
        if (made.problem() != null) {
            // Another call may have more luck.
            return made;
        }
        return Objects.requireNonNullElse(routes.putIfAbsent(service, made), made);
    }

    /** Takes over how calls are tried again from now on where an application's own balancer chooses. */
    void configure() {
        routes.replaceAll((service, route) -> route.own() == null ? retried(route) : route);
    }

    /** The balancer that knows an instance, if it is one of ours. */
    @Nullable
    ServiceBalancer balancerOf(ServiceInstance instance) {
        return instance instanceof MusterServiceInstance ? balancers.existing(instance.getServiceId()) : null;
    }

    private Route make(String service) {
        ReactiveLoadBalancer<ServiceInstance> chooser = factory.getInstance(service);
        if (!(chooser instanceof ViewLoadBalancer)) {
            MusterLoadBalancerProperties.Retry retry =
                    balancers.properties().of(service).retry();
            return route(service, null, chooser, null, retry, budget(retry), new Traffic());
        }
        try {
            ServiceBalancer own = balancers.balancer(service);
            return route(service, own, null, null, own.retry(), own.budget(), own.traffic());
        } catch (IllegalArgumentException | IllegalStateException e) {
            return unusable(service, Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private Route retried(Route route) {
        MusterLoadBalancerProperties.Retry retry =
                balancers.properties().of(route.service()).retry();
        return retry.equals(route.retry()) ? route : route.with(retry, budget(retry));
    }

    private RetryBudget budget(MusterLoadBalancerProperties.Retry retry) {
        return LoadBalancers.retryBudget(retry.budgetPercent(), retry.budgetMinPerSecond(), nanoClock);
    }

    private Route unusable(String service, String problem) {
        RetryBudget none = LoadBalancers.retryBudget(0, 0, nanoClock);
        return new Route(
                service,
                null,
                null,
                problem,
                balancers.properties().retry(),
                none,
                new Traffic(),
                "default",
                null,
                Set.of(),
                Set.of());
    }

    // LoadBalancerLifecycle is raw throughout Spring's API.
    @SuppressWarnings("rawtypes")
    private Route route(
            String service,
            @Nullable ServiceBalancer own,
            @Nullable ReactiveLoadBalancer<ServiceInstance> chooser,
            @Nullable String problem,
            MusterLoadBalancerProperties.Retry retry,
            RetryBudget budget,
            Traffic traffic) {
        LoadBalancerProperties springs = factory.getProperties(service);
        Map<String, LoadBalancerLifecycle> lifecycles = factory.getInstances(service, LoadBalancerLifecycle.class);
        Map<String, LoadBalancerLifecycle> present = lifecycles == null ? Map.of() : lifecycles;
        return new Route(
                service,
                own,
                chooser,
                problem,
                retry,
                budget,
                traffic,
                Route.hint(service, springs),
                springs,
                Route.blocking(present),
                Route.reactive(present));
    }
}
