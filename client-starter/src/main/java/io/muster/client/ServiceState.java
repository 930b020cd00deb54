package io.muster.client;

import io.muster.api.ChangeEvent;
import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        List<Instance> kept = event.warming() ? snapshot.instances() : List.of();
        return with(next.position(), merged(kept, sorted(next.instances())));
    }

    ServiceState apply(ChangeEvent event) {
        Position position = event.position();
        boolean sameEpoch = position.epoch() == snapshot.position().epoch();
        if (!known || !sameEpoch || snapshot.position().covers(position)) {
            return this;
        }
        List<Instance> instances = merged(snapshot.instances(), sorted(event.instances()));
        Set<String> removed = new HashSet<>();
        event.removed().forEach(removal -> removed.add(removal.id()));
        if (!removed.isEmpty()) {
            instances.removeIf(instance -> removed.contains(instance.id()));
        }
        return with(position, instances);
    }

    /** The same with what an earlier process knew. */
    ServiceState restored(ServiceSnapshot earlier) {
        return with(earlier.position(), merged(List.of(), sorted(earlier.instances())));
    }

    private boolean isOlder(Position position) {
        return !position.equals(snapshot.position()) && snapshot.position().covers(position);
    }

    private ServiceState with(Position position, List<Instance> instances) {
        List<Instance> all = List.copyOf(instances);
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

    /** By id; of several with one id the last. */
    private static List<Instance> sorted(List<Instance> instances) {
        if (instances.size() <= 1) {
            return instances;
        }
        TreeMap<String, Instance> byId = new TreeMap<>();
        for (Instance instance : instances) {
            byId.put(instance.id(), instance);
        }
        return List.copyOf(byId.values());
    }

    /** Both lists, sorted by id, as one; of two with one id the newer. */
    private static List<Instance> merged(List<Instance> older, List<Instance> newer) {
        List<Instance> merged = new ArrayList<>(older.size() + newer.size());
        int next = 0;
        for (Instance instance : older) {
            while (next < newer.size() && newer.get(next).id().compareTo(instance.id()) < 0) {
                merged.add(newer.get(next++));
            }
            boolean replaced = next < newer.size() && newer.get(next).id().equals(instance.id());
            merged.add(replaced ? newer.get(next++) : instance);
        }
        merged.addAll(newer.subList(next, newer.size()));
        return merged;
    }
}
