package io.muster.lease;

import io.muster.lease.Lease.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Whom the loss of a lease is told, once each. Thread-safe. */
final class LossCallbacks {
    private static final int MAX = 64;

    private final List<Consumer<? super Loss>> callbacks = new ArrayList<>();
    private boolean taken;

    /**
     * Answers false when they were taken already: the loss has been told, and this one is to be told now.
     *
     * @throws IllegalStateException if there are 64 already
     */
    synchronized boolean add(Consumer<? super Loss> callback) {
        if (taken) {
            return false;
        }
        if (callbacks.size() >= MAX) {
            throw new IllegalStateException("callbacks of a lease must be at most " + MAX + "; this is one more");
        }
        callbacks.add(callback);
        return true;
    }

    /** All so far. */
    synchronized List<Consumer<? super Loss>> take() {
        taken = true;
        List<Consumer<? super Loss>> all = List.copyOf(callbacks);
        callbacks.clear();
        return all;
    }
}
