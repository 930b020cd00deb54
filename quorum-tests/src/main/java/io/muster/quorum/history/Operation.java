package io.muster.quorum.history;

/**
 * A call and how it ended. All times are of one monotonic clock, in nanoseconds.
 *
 * @param client who called
 * @param name the lease's or the guard's
 * @param call what was asked
 * @param answer how it ended
 * @param invokedNanos before the call was sent
 * @param returnedNanos after the answer was there; {@link Long#MAX_VALUE} when the outcome is unknown
 */
public record Operation(int client, String name, Call call, Answer answer, long invokedNanos, long returnedNanos) {
    /** Checks the order of the times; an unknown outcome may take place for ever. */
    public Operation {
        if (answer instanceof Answer.Unknown) {
            returnedNanos = Long.MAX_VALUE;
        }
        if (returnedNanos < invokedNanos) {
            throw new IllegalArgumentException(
                    "returnedNanos must be at least invokedNanos " + invokedNanos + " but was " + returnedNanos);
        }
    }

    boolean unknown() {
        return answer instanceof Answer.Unknown;
    }
}
