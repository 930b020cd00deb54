package io.muster.client.spring.discovery;

import io.muster.client.ServiceView;
import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

/** Answers from the registry's pushed views. Only instances that take requests are answered. */
final class MusterDiscoveryClient implements DiscoveryClient {
    static final String DESCRIPTION = "Muster";

    private final ServiceLookup lookup;
    private final int order;

    MusterDiscoveryClient(ServiceLookup lookup, int order) {
        this.lookup = lookup;
        this.order = order;
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    /** The first call for a service waits, bounded, until the registry has told of it; later ones read memory. */
    @Override
    public List<ServiceInstance> getInstances(String serviceId) {
        return lookup.view(serviceId).map(this::instances).orElse(List.of());
    }

    @Override
    public List<String> getServices() {
        return lookup.names().join();
    }

    /** Reads the connection's state; asks nobody. */
    @Override
    public void probe() {
        lookup.probe();
    }

    @Override
    public int getOrder() {
        return order;
    }

    private List<ServiceInstance> instances(ServiceView view) {
        if (!view.known()) {
            lookup.opening(view).join();
        }
        return ServiceLookup.instances(view);
    }
}
