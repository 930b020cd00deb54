package io.muster.registry.security;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Bounds how many streams and waiting lookups a client has at once. Thread-safe. */
public final class StreamBound {
    private final int perClient;
    private final Map<Object, Integer> counts = new ConcurrentHashMap<>();

    /** @param limits how many there may be */
    public StreamBound(SecurityProperties.Limits limits) {
        this.perClient = limits.streamsPerClient();
    }

    /** One of them; to be closed once it is over. */
    public interface Stream extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Counts one more.
     *
     * @throws io.muster.api.ProblemException with status 429 when the client has as many as it may
     */
    public Stream open(Caller caller) {
        Object client = caller.client();
        AtomicBoolean over = new AtomicBoolean();
        int now = counts.merge(client, 1, Integer::sum);
        Stream stream = () -> {
            if (over.compareAndSet(false, true)) {
                counts.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
            }
        };
        if (now > perClient) {
            stream.close();
            throw Gate.tooMany("streams");
        }
        return stream;
    }
}
