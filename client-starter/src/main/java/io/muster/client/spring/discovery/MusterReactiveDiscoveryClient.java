package io.muster.client.spring.discovery;

import io.muster.client.ServiceView;
import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Answers from the registry's pushed views, without blocking. Only instances that take requests are answered. */
final class MusterReactiveDiscoveryClient implements ReactiveDiscoveryClient {
    private final ServiceLookup lookup;
    private final int order;

    MusterReactiveDiscoveryClient(ServiceLookup lookup, int order) {
        this.lookup = lookup;
        this.order = order;
    }

    @Override
    public String description() {
        return MusterDiscoveryClient.DESCRIPTION;
    }

    /** The first subscription for a service waits, bounded, until the registry has told of it; later ones read memory. */
    @Override
    public Flux<ServiceInstance> getInstances(String serviceId) {
        return Flux.defer(() -> lookup.view(serviceId).map(this::instances).orElse(Flux.empty()));
    }

    @Override
    public Flux<String> getServices() {
        // What follows may block; the client's threads must not.
        return Mono.fromFuture(lookup::names).publishOn(Schedulers.parallel()).flatMapIterable(names -> names);
    }

    /** Reads the connection's state; asks nobody. */
    @Override
    public Mono<Void> reactiveProbe() {
        return Mono.fromRunnable(lookup::probe);
    }

    @Override
    public int getOrder() {
        return order;
    }

    private Flux<ServiceInstance> instances(ServiceView view) {
        if (view.known()) {
            return Flux.fromIterable(ServiceLookup.instances(view));
        }
        Mono<List<ServiceInstance>> first = Mono.fromFuture(() -> lookup.opening(view))
                .publishOn(Schedulers.parallel())
                .map(known -> ServiceLookup.instances(view));
        return first.flatMapIterable(instances -> instances);
    }
}
