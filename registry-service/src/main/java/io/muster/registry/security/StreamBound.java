package io.muster.registry.security;

/** Bounds how many streams and waiting lookups, and how many drains that wait, a client has at once. Thread-safe. */
public final class StreamBound {
    private final ClientCounts streams;
    private final ClientCounts drains;

    /** @param limits how many there may be */
    public StreamBound(SecurityProperties.Limits limits) {
        this.streams = new ClientCounts(limits.streamsPerClient(), "streams");
        this.drains = new ClientCounts(limits.drainsPerClient(), "drains");
    }

    /** One of them; to be closed once it is over. */
    public interface Stream extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Counts one more stream or waiting lookup.
     *
     * @throws io.muster.api.ProblemException with status 429 when the client has as many as it may
     */
    public Stream open(Caller caller) {
        return streams.open(caller)::run;
    }

    /**
     * Counts one more drain.
     *
     * @throws io.muster.api.ProblemException with status 429 when the client has as many as it may
     */
    public Stream openDrain(Caller caller) {
        return drains.open(caller)::run;
    }
}
