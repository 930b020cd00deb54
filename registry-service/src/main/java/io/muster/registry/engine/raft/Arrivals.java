package io.muster.registry.engine.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;

/** Waits until this node has applied an entry that another one has confirmed. Thread-safe; bounded by what is under way. */
final class Arrivals {
    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
    private volatile long applied;

    /** The index of the last entry that was applied. */
    long applied() {
        return applied;
    }

    void applied(long entry) {
        applied = entry;
        List<CompletableFuture<Void>> arrived =
                new ArrayList<>(waiting.headMap(entry, true).values());
        waiting.headMap(entry, true).clear();
        arrived.forEach(future -> future.complete(null));
    }

    CompletableFuture<Void> of(long entry) {
        if (applied >= entry) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> future = waiting.computeIfAbsent(entry, index -> new CompletableFuture<>());
        if (applied >= entry) {
            waiting.remove(entry, future);
            future.complete(null);
        }
        return future;
    }
}
