package io.muster.client;

import io.muster.api.ChangeEvent;
import io.muster.api.Names;
import io.muster.api.SnapshotEvent;
import io.muster.api.Subscription;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The views of a client, by service. Thread-safe; events are applied on the event loop alone. */
final class Views {
    private final String namespace;
    private final ConcurrentMap<String, ServiceView> views = new ConcurrentHashMap<>();

    Views(String namespace) {
        this.namespace = namespace;
    }

    Optional<ServiceView> get(String service) {
        return Optional.ofNullable(views.get(service));
    }

    /** The view of a service, made when there is none. */
    synchronized ServiceView getOrAdd(String service) {
        Names.service(service);
        if (views.size() >= Subscription.MAX_SERVICES && !views.containsKey(service)) {
            throw new IllegalStateException("watched services must be at most " + Subscription.MAX_SERVICES + " but "
                    + service + " would be one more; forget one first");
        }
        return views.computeIfAbsent(service, name -> new ServiceView(namespace, name));
    }

    Optional<ServiceView> remove(String service) {
        Optional<ServiceView> removed = Optional.ofNullable(views.remove(service));
        removed.ifPresent(ServiceView::abandon);
        return removed;
    }

    Collection<ServiceView> all() {
        return List.copyOf(views.values());
    }

    Set<String> services() {
        return Set.copyOf(views.keySet());
    }

    /** Applies a snapshot; answers whether somebody wants it. */
    boolean apply(SnapshotEvent event) {
        return event.snapshot().namespace().equals(namespace)
                && apply(event.snapshot().service(), view -> view.state().apply(event));
    }

    /** Applies a change; answers whether its view is now where the change leads, or was already past it. */
    boolean apply(ChangeEvent event) {
        return event.namespace().equals(namespace)
                && apply(event.service(), view -> view.state().apply(event))
                && get(event.service())
                        .map(view -> view.snapshot().position().covers(event.position()))
                        .orElse(false);
    }

    private boolean apply(String service, Step step) {
        ServiceView view = views.get(service);
        if (view == null) {
            return false;
        }
        ServiceState next = step.next(view);
        if (!next.equals(view.state())) {
            view.publish(next);
        }
        return true;
    }

    /** What a view shows next. */
    @FunctionalInterface
    private interface Step {
        ServiceState next(ServiceView view);
    }
}
