package io.muster.registry.watch;

import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.View;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Lookups that wait for a service to change. Belongs to the hub's thread. */
final class BlockingQueries {
    private final View view;
    private final int maxWaiting;
    private final Map<ServiceKey, Set<Query>> waiting = new HashMap<>();
    private int count;

    BlockingQueries(View view, int maxWaiting) {
        this.view = view;
        this.maxWaiting = maxWaiting;
    }

    /**
     * Completes the query once the service has changed after a position: at once, when it has already, or when the
     * position is of another epoch or of the future.
     */
    void await(ServiceKey service, Position position, Query query) {
        Position now = view.position();
        boolean current = now.covers(position) && view.service(service).index() <= position.index();
        if (!current) {
            query.changed.complete(null);
        } else if (count >= maxWaiting) {
            query.changed.completeExceptionally(
                    Problem.of(503, "Too many queries", "at most " + maxWaiting + " queries may wait")
                            .asException());
        } else {
            waiting.computeIfAbsent(service, key -> new HashSet<>()).add(query);
            count++;
        }
    }

    /** The one who asked waits no more. */
    void giveUp(ServiceKey service, Query query) {
        Set<Query> others = waiting.get(service);
        if (others != null && others.remove(query)) {
            count--;
            if (others.isEmpty()) {
                waiting.remove(service);
            }
        }
        query.changed.complete(null);
    }

    void changed(ServiceKey service) {
        Set<Query> answered = waiting.remove(service);
        if (answered != null) {
            count -= answered.size();
            answered.forEach(query -> query.changed.complete(null));
        }
    }

    /** Answers everybody. */
    void close() {
        Set.copyOf(waiting.keySet()).forEach(this::changed);
    }

    /** How many wait. */
    int waiting() {
        return count;
    }

    /** One who asks. */
    static final class Query {
        private final CompletableFuture<Void> changed;

        /** @param changed receives the answer */
        Query(CompletableFuture<Void> changed) {
            this.changed = changed;
        }
    }
}
