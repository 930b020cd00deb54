package io.muster.client;

import io.muster.api.ChangeEvent;
import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a client knows of one service, and the rules by which events change it. Immutable; an event that brings nothing new
 * answers the same object.
 *
 * <p>A snapshot replaces, except that a warming registry removes nobody. A change applies to a view of the same epoch that
 * does not cover it yet; without a snapshot of its epoch it is passed over, since what it builds on is not known. Within an
 * epoch a view never goes back.
 *
 * @param known whether a snapshot arrived
 * @param snapshot all instances, sorted by id
 * @param up those that take requests
 */
record ServiceState(boolean known, ServiceSnapshot snapshot, List<Instance> up) {
    static ServiceState unknown(String namespace, String service) {
        return new ServiceState(false, new ServiceSnapshot(namespace, service, Position.NONE, List.of()), List.of());
    }

    ServiceState apply(SnapshotEvent event) {
        ServiceSnapshot next = event.snapshot();
        if (known && isOlder(next.position())) {
            return this;
        }
        TreeMap<String, Instance> instances = new TreeMap<>();
        if (event.warming()) {
            addAll(instances, snapshot.instances());
        }
        addAll(instances, next.instances());
        return with(next.position(), instances);
    }

    ServiceState apply(ChangeEvent event) {
        Position position = event.position();
        boolean sameEpoch = position.epoch() == snapshot.position().epoch();
        if (!known || !sameEpoch || snapshot.position().covers(position)) {
            return this;
        }
        TreeMap<String, Instance> instances = new TreeMap<>();
        addAll(instances, snapshot.instances());
        addAll(instances, event.instances());
        for (ChangeEvent.Removal removal : event.removed()) {
            instances.remove(removal.id());
        }
        return with(position, instances);
    }

    private boolean isOlder(Position position) {
        return !position.equals(snapshot.position()) && snapshot.position().covers(position);
    }

    private ServiceState with(Position position, TreeMap<String, Instance> instances) {
        List<Instance> all = List.copyOf(instances.values());
        if (known && position.equals(snapshot.position()) && all.equals(snapshot.instances())) {
            return this;
        }
        List<Instance> up = new ArrayList<>(all.size());
        for (Instance instance : all) {
            if (instance.status().takesRequests()) {
                up.add(instance);
            }
        }
        ServiceSnapshot next = new ServiceSnapshot(snapshot.namespace(), snapshot.service(), position, all);
        return new ServiceState(true, next, List.copyOf(up));
    }

    private static void addAll(TreeMap<String, Instance> instances, List<Instance> added) {
        for (Instance instance : added) {
            instances.put(instance.id(), instance);
        }
    }
}
