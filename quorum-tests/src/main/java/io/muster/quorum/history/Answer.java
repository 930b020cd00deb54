package io.muster.quorum.history;

/** How a call ended. */
public sealed interface Answer {
    /** An acquisition was granted under the token. */
    record Granted(long token) implements Answer {}

    /**
     * Somebody holds the lease: the answer to an acquisition that was not granted, or to an inspection.
     *
     * @param holder who holds it; empty when the answer does not tell
     * @param token the holder's; {@link #UNTOLD} when the answer does not tell
     */
    record HeldBy(String holder, long token) implements Answer {
        /** Instead of a token that the answer does not tell. */
        public static final long UNTOLD = -1;
    }

    /** Nobody holds the lease, but the acquisition's request id had the newest grant, which is over: it gets no other. */
    record UsedUp() implements Answer {}

    /** A renewal, release or write took place. */
    record Done() implements Answer {}

    /** A renewal or release met no grant with its token; a write was refused as stale. */
    record Gone() implements Answer {}

    /** Nobody holds the lease: the answer to an inspection, or to a forced release that found nothing. */
    record Free() implements Answer {}

    /** It certainly did not take place, and never will. */
    record Refused() implements Answer {}

    /** Nobody knows: it may have taken place, may yet, at any time after its call, or may never. */
    record Unknown() implements Answer {}
}
