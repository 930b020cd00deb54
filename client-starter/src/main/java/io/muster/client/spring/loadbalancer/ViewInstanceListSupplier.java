package io.muster.client.spring.loadbalancer;

import io.muster.lb.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The instances that take requests now, for load balancers and decorators that the application brings. Each subscription
 * gets one list, read from memory. Thread-safe.
 */
final class ViewInstanceListSupplier implements ServiceInstanceListSupplier {
    private final String service;
    private final ServiceBalancers balancers;

    ViewInstanceListSupplier(String service, ServiceBalancers balancers) {
        this.service = service;
        this.balancers = balancers;
    }

    @Override
    public String getServiceId() {
        return service;
    }

    @Override
    public Flux<List<ServiceInstance>> get() {
        return Flux.defer(() -> {
            ServiceBalancer balancer = balancers.balancer(service);
            if (balancer.isOpen()) {
                return Flux.just(instances(balancer));
            }
            return Mono.fromFuture(balancer.opening(), true)
                    .publishOn(Schedulers.parallel())
                    .map(opened -> instances(balancer))
                    .flux();
        });
    }

    private static List<ServiceInstance> instances(ServiceBalancer balancer) {
        List<Endpoint> eligible = balancer.snapshot().eligible();
        List<ServiceInstance> instances = new ArrayList<>(eligible.size());
        for (Endpoint endpoint : eligible) {
            instances.add((MusterServiceInstance) endpoint.target());
        }
        return instances;
    }
}
