package io.muster.lb;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Balances the requests of one caller over the endpoints of one service. Thread-safe: picks take no lock and allocate
 * nothing. A call is {@link #pick}, then {@link #start} when the request really starts, then {@link Ticket#finish}.
 *
 * <p>An endpoint that refuses a connection leaves the rotation at once and comes back after a short time that doubles
 * with every further refusal (about 1 s to 30 s, jittered), or as soon as an {@link #update} without it is followed by one
 * with it, or with a new generation of it. When all are out, all are used.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class LoadBalancer {
    LoadBalancer() {}

    /**
     * Replaces the targets. Endpoints whose id and generation stay keep their statistics; all others start fresh.
     * Nothing happens when nothing changed. Updates exclude each other; picks go on meanwhile with what was before.
     *
     * @throws IllegalArgumentException when two targets share an id or a weight is out of range; nothing changes then
     */
    public void update(Collection<? extends Target> targets) {
        throw new UnsupportedOperationException();
    }

    /** The endpoints as they are now. Its picker alone does not bring back endpoints that are out: {@link #pick} does. */
    public Snapshot snapshot() {
        throw new UnsupportedOperationException();
    }

    /**
     * Chooses an endpoint without starting a request on it.
     *
     * @param key the request's hash, for strategies that keep equal keys together; ignored by all others
     * @param tried endpoints that this call has tried already and that will not be chosen
     * @return the endpoint, or null when nobody is left
     */
    @Nullable
    public Endpoint pick(long key, Exclusions tried) {
        throw new UnsupportedOperationException();
    }

    /** Counts a request as in flight on {@code endpoint} from now on. Call it when the request starts, not when it is planned. */
    public Ticket start(Endpoint endpoint) {
        throw new UnsupportedOperationException();
    }
}
