package io.muster.client;

import io.muster.api.Instance;
import io.muster.api.Position;
import io.muster.api.ServiceList;
import io.muster.gossip.protocol.Metadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which member is which instance, of one namespace. Members that are none, or whose card cannot be read, are not in it. As large as
 * the cluster, which is bounded by the protocol. Thread-safe.
 */
final class GossipRoster {
    /** Of two members that claim one id the last one counts: one that takes requests. */
    private static final Comparator<Instance> BY_ID = Comparator.comparing(Instance::id)
            .thenComparing(instance -> instance.status().takesRequests())
            .thenComparing(instance -> instance.generation().index());

    private final String namespace;
    private final Map<String, Listed> members = new HashMap<>();
    private final Set<String> changed = new HashSet<>();

    private record Listed(String service, Instance instance) {}

    GossipRoster(String namespace) {
        this.namespace = namespace;
    }

    /**
     * Notes what a live member says.
     *
     * @throws IllegalArgumentException if that cannot be read; the member is then no instance
     */
    synchronized void put(String member, Metadata metadata) {
        Listed next = null;
        try {
            next = metadata.size() == 0 ? null : listed(GossipCard.decode(metadata));
        } finally {
            replace(member, next);
        }
    }

    /** A member is gone. */
    synchronized void remove(String member) {
        replace(member, null);
    }

    /** The services of which something has changed since this was last asked. */
    synchronized Set<String> takeChanged() {
        Set<String> taken = Set.copyOf(changed);
        changed.clear();
        return taken;
    }

    /** Of a service, sorted by id, each id once. */
    synchronized List<Instance> instances(String service) {
        Map<String, Instance> byId = new TreeMap<>();
        members.values().stream()
                .filter(listed -> listed.service().equals(service))
                .map(Listed::instance)
                .sorted(BY_ID)
                .forEach(instance -> byId.put(instance.id(), instance));
        return List.copyOf(byId.values());
    }

    /** How many members are instances of the namespace. */
    synchronized int size() {
        return members.size();
    }

    /** All services, sorted by name. */
    synchronized ServiceList services(Position position) {
        Map<String, List<Instance>> byService = new TreeMap<>();
        members.values()
                .forEach(listed -> byService
                        .computeIfAbsent(listed.service(), name -> new ArrayList<>())
                        .add(listed.instance()));
        List<ServiceList.Entry> entries = new ArrayList<>();
        byService.forEach((service, instances) -> {
            int up = (int) instances.stream()
                    .filter(instance -> instance.status().takesRequests())
                    .count();
            entries.add(new ServiceList.Entry(service, position, instances.size(), up));
        });
        return new ServiceList(namespace, entries);
    }

    private @Nullable Listed listed(GossipCard card) {
        return card.namespace().equals(namespace) ? new Listed(card.service(), card.instance()) : null;
    }

    private void replace(String member, @Nullable Listed next) {
        Listed before = next == null ? members.remove(member) : members.put(member, next);
        if (before != null && !before.equals(next)) {
            changed.add(before.service());
        }
        if (next != null && !next.equals(before)) {
            changed.add(next.service());
        }
    }
}
