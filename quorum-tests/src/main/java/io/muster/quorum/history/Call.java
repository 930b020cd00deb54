package io.muster.quorum.history;

/** What a client asks of one lease name, or of a guard. */
public sealed interface Call {
    /**
     * Asks for the lease.
     *
     * @param holder who asks
     * @param requestId names the wish: repeated with it, the wish is the same
     * @param ttlNanos how long a grant lasts without renewal, in nanoseconds, above 0
     */
    record Acquire(String holder, String requestId, long ttlNanos) implements Call {
        /** Checks the time. */
        public Acquire {
            if (ttlNanos <= 0) {
                throw new IllegalArgumentException("ttlNanos must be above 0 but was " + ttlNanos);
            }
        }
    }

    /** Extends the grant that has the token. */
    record Renew(long token) implements Call {}

    /** Gives the grant that has the token back. */
    record Release(long token) implements Call {}

    /** Takes the lease from whoever holds it; an operator's call. */
    record ForceRelease() implements Call {}

    /** Asks who holds the lease now. */
    record Inspect() implements Call {}

    /** A write at a resource under a token, which a guard accepts or refuses. */
    record Write(long token) implements Call {}
}
