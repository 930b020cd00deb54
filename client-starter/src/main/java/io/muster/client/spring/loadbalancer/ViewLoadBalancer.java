package io.muster.client.spring.loadbalancer;

import io.muster.lb.Endpoint;
import io.muster.lb.Exclusions;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.EmptyResponse;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Our balancer for whoever chooses through Spring Cloud LoadBalancer. It only chooses: a request counts where it is made.
 * A retry ({@link RetryableRequestContext}) gets another instance than the one before, if there is one. Thread-safe.
 */
final class ViewLoadBalancer implements ReactorServiceInstanceLoadBalancer {
    private static final Response<ServiceInstance> NOBODY = new EmptyResponse();

    private final String service;
    private final ServiceBalancers balancers;

    ViewLoadBalancer(String service, ServiceBalancers balancers) {
        this.service = service;
        this.balancers = balancers;
    }

    // Spring declares the request as a raw type.
    @SuppressWarnings("rawtypes")
    @Override
    public Mono<Response<ServiceInstance>> choose(Request request) {
        ServiceBalancer balancer = balancers.balancer(service);
        Exclusions tried = tried(balancer, request);
        Selection selection = selection(balancer, request);
        Endpoint endpoint = pick(balancer, selection, tried);
        if (endpoint != null || balancer.isOpen()) {
            return Mono.just(response(endpoint));
        }
        return Mono.fromFuture(balancer.opening(), true)
                .publishOn(Schedulers.parallel())
                .map(opened -> response(pick(balancer, selection, tried)));
    }

    private static Exclusions tried(ServiceBalancer balancer, @Nullable Request<?> request) {
        if (request != null
                && request.getContext() instanceof RetryableRequestContext context
                && context.getPreviousServiceInstance() != null) {
            Endpoint previous = balancer.endpointOf(context.getPreviousServiceInstance());
            return previous == null ? Exclusions.none() : Exclusions.none().with(previous);
        }
        return Exclusions.none();
    }

    private static Selection selection(ServiceBalancer balancer, @Nullable Request<?> request) {
        return request != null
                        && request.getContext() instanceof RequestDataContext context
                        && context.getClientRequest() != null
                ? balancer.selector().select(context.getClientRequest())
                : Selection.ANY;
    }

    private static @Nullable Endpoint pick(ServiceBalancer balancer, Selection selection, Exclusions tried) {
        Endpoint endpoint = balancer.pick(selection, tried);
        return endpoint == null && !tried.isEmpty() ? balancer.pick(selection, Exclusions.none()) : endpoint;
    }

    private static Response<ServiceInstance> response(@Nullable Endpoint endpoint) {
        return endpoint == null ? NOBODY : ((MusterServiceInstance) endpoint.target()).asResponse();
    }
}
