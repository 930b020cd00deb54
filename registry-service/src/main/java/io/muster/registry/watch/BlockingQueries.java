package io.muster.registry.watch;

import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.engine.View;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
    void await(ServiceKey service, Query query) {
        Position position = query.position;
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

    /** Answers those who know less; a change may be told after somebody who knows it has asked. */
    void changed(ServiceKey service) {
        long index = view.service(service).index();
        List.copyOf(waiting.getOrDefault(service, Set.of())).stream()
                .filter(query -> query.position.index() < index)
                .forEach(query -> giveUp(service, query));
    }

    /** Answers everybody. */
    void close() {
        for (ServiceKey service : List.copyOf(waiting.keySet())) {
            List.copyOf(waiting.getOrDefault(service, Set.of())).forEach(query -> giveUp(service, query));
        }
    }

    /** How many wait. */
    int waiting() {
        return count;
    }

    /** One who asks. */
    static final class Query {
        private final Position position;
        private final CompletableFuture<Void> changed;

        /**
         * @param position what it knows
         * @param changed receives the answer
         */
        Query(Position position, CompletableFuture<Void> changed) {
            this.position = position;
            this.changed = changed;
        }
    }
}
