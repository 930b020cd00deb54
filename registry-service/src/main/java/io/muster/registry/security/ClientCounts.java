package io.muster.registry.security;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Bounds how many of something each client has at once. Thread-safe. */
final class ClientCounts {
    private final int perClient;
    private final String what;
    private final Map<Object, Integer> counts = new ConcurrentHashMap<>();

    /** @param what the things' name, in the plural */
    ClientCounts(int perClient, String what) {
        this.perClient = perClient;
        this.what = what;
    }

    /**
     * Counts one more.
     *
     * @return takes it back, once however often it is run
     * @throws io.muster.api.ProblemException with status 429 when the client has as many as it may
     */
    Runnable open(Caller caller) {
        Object client = caller.client();
        AtomicBoolean over = new AtomicBoolean();
        int now = counts.merge(client, 1, Integer::sum);
        Runnable close = () -> {
            if (over.compareAndSet(false, true)) {
                counts.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
            }
        };
        if (now > perClient) {
            close.run();
            throw Gate.tooMany(what);
        }
        return close;
    }
}
