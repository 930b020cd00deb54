package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Views that a test fills by itself: real ones, without a registry behind them. */
public final class TestViews {
    private final Map<String, ServiceView> views = new ConcurrentHashMap<>();
    private long index;

    /** The view of a service, the same one for each call. */
    public ServiceView view(String service) {
        return views.computeIfAbsent(io.muster.api.Names.service(service), name -> new ServiceView("default", name));
    }

    /** Publishes these as all instances of the service. */
    public synchronized void publish(String service, List<Instance> instances) {
        index++;
        List<Instance> sorted = new ArrayList<>(instances);
        sorted.sort(java.util.Comparator.comparing(Instance::id));
        List<Instance> up =
                sorted.stream().filter(it -> it.status().takesRequests()).toList();
        ServiceSnapshot snapshot = new ServiceSnapshot("default", service, new Position(1, index), sorted);
        view(service).publish(new ServiceState(true, snapshot, up));
    }

    /** An instance on loopback. */
    public static Instance instance(String id, int port, InstanceStatus status) {
        return new Instance(
                id, new Position(1, 1), "127.0.0.1", port, false, status, "", 100, "a", Map.of("k", "v"), null);
    }
}
