package io.muster.registry.watch;

import io.muster.registry.catalogue.ServiceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Which watchers carry which services. Belongs to the hub's thread. */
final class Topics {
    private final Map<ServiceKey, Set<Watcher>> members = new HashMap<>();

    /** The watchers of a service; not to be kept. */
    Set<Watcher> of(ServiceKey service) {
        return members.getOrDefault(service, Set.of());
    }

    void forEach(BiConsumer<ServiceKey, Set<Watcher>> action) {
        members.forEach(action);
    }

    /** Answers whether the watcher did not carry the service before. */
    boolean join(Watcher watcher, ServiceKey service) {
        members.computeIfAbsent(service, key -> new HashSet<>()).add(watcher);
        return watcher.services().add(service);
    }

    void leave(Watcher watcher, ServiceKey service) {
        watcher.services().remove(service);
        members.computeIfPresent(service, (key, watchers) -> {
            watchers.remove(watcher);
            return watchers.isEmpty() ? null : watchers;
        });
    }

    void leaveAll(Watcher watcher) {
        List.copyOf(watcher.services()).forEach(service -> leave(watcher, service));
    }
}
