package io.muster.api;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link LeaseAcquisition}. A loser learns no token.
 *
 * @param result what became of it
 * @param token when granted, its fencing token
 * @param holder when held, who holds it
 * @param atMostMillis when held, how long that grant lives without renewal; 0 when nothing is live but this request id was
 *     used up before
 * @param completed when its planned time or a later one is done: the latest such time, milliseconds since 1970
 */
public record LeaseGrant(
        Result result,
        @Nullable Long token,
        @Nullable String holder,
        @Nullable Long atMostMillis,
        @Nullable Long completed) {
    /** What became of the request. */
    public enum Result {
        /** The lease is the requester's. */
        GRANTED,
        /** Somebody else's grant is live. */
        HELD,
        /** The work of the planned time is done. */
        ALREADY_RAN
    }

    /** @throws InvalidFieldException when what belongs to the result is absent */
    public LeaseGrant {
        Names.required("result", result);
        if (result == Result.GRANTED && token == null) {
            throw new InvalidFieldException("token", "present", "null");
        }
        if (result == Result.HELD && (holder == null || atMostMillis == null)) {
            throw new InvalidFieldException("holder", "present, with atMostMillis", String.valueOf(holder));
        }
        if (result == Result.ALREADY_RAN && completed == null) {
            throw new InvalidFieldException("completed", "present", "null");
        }
    }

    /** The lease is the requester's. */
    public static LeaseGrant granted(long token) {
        return new LeaseGrant(Result.GRANTED, token, null, null, null);
    }

    /** Somebody else's grant is live. */
    public static LeaseGrant held(String holder, long atMostMillis) {
        return new LeaseGrant(Result.HELD, null, holder, atMostMillis, null);
    }

    /** The work of the planned time is done. */
    public static LeaseGrant alreadyRan(long completed) {
        return new LeaseGrant(Result.ALREADY_RAN, null, null, null, completed);
    }
}
