package io.muster.registry.lease;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the table is asked to do. Commands are data: with the clock's stamp they say everything that the decision depends on. */
public sealed interface LeaseCommand {
    /** The most keys of one renewal. */
    int MAX_KEYS = 500;

    /**
     * One grant of a name.
     *
     * @param name of the lease
     * @param token of the grant, 1 to 2^53 - 1
     */
    record Key(String name, long token) {}

    /**
     * Asks for a lease.
     *
     * @param name of the lease, 1 to 200 printable characters
     * @param holder who asks, for people, as long
     * @param requestId new for each acquisition, the same when one acquisition asks again
     * @param ttlMillis how long the grant lives without renewal
     * @param tickMillis the planned time of the run that wants it, milliseconds since 1970; null for none
     */
    record Acquire(
            String name,
            String holder,
            UUID requestId,
            long ttlMillis,
            @Nullable Long tickMillis) implements LeaseCommand {}

    /**
     * Gives grants their full TTL again.
     *
     * @param keys at most {@value #MAX_KEYS}
     */
    record Renew(List<Key> keys) implements LeaseCommand {
        /** Copies the list. */
        public Renew {
            keys = List.copyOf(keys);
        }
    }

    /**
     * Ends a grant.
     *
     * @param key which
     * @param restMillis how long from now on; 0 for at once
     * @param completedMillis the tick whose work is done, milliseconds since 1970; null for none
     */
    record Release(Key key, long restMillis, @Nullable Long completedMillis) implements LeaseCommand {}

    /**
     * Ends whatever grant of a name is live.
     *
     * @param name of the lease
     * @param operator who says so, for the audit trail
     */
    record ForceRelease(String name, String operator) implements LeaseCommand {}

    /** Asks for what is stored under a name, in the order of the log. */
    record Inspect(String name) implements LeaseCommand {}

    /** Lets the clock go on, so that what is over is noticed. */
    record Tick() implements LeaseCommand {}
}
