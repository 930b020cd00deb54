package io.muster.registry.lease;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a command. Refusals are values: they are expected. */
public sealed interface LeaseOutcome {
    /** The lease is the requester's. */
    record Granted(LeaseCommand.Key key) implements LeaseOutcome {}

    /**
     * Somebody else's grant is live; or, with zero, nothing is live but this request id was used up before.
     *
     * @param holder of the live grant
     * @param atMostNanos how long it lives without renewal
     */
    record Held(String holder, long atMostNanos) implements LeaseOutcome {}

    /**
     * The request's tick, or a later one, is completed.
     *
     * @param completedMillis the latest one, milliseconds since 1970
     */
    record AlreadyRan(long completedMillis) implements LeaseOutcome {}

    /** As many names are remembered as may be, or no token is left. */
    record Full(String reason) implements LeaseOutcome {}

    /** Which grants have their full TTL again; the others are over. */
    record Renewed(List<LeaseCommand.Key> keys) implements LeaseOutcome {
        /** Copies the list. */
        public Renewed {
            keys = List.copyOf(keys);
        }
    }

    /** Whether there was a live grant, which is over now or will be. */
    record Ended(boolean wasLive) implements LeaseOutcome {}

    /** What is stored; null for nothing. */
    record Found(@Nullable StoredLease lease) implements LeaseOutcome {}

    /** It was done. */
    record Done() implements LeaseOutcome {}

    /** The command made no sense: this node, or the one that sent it, is of another version. */
    record Unreadable(String reason) implements LeaseOutcome {}
}
