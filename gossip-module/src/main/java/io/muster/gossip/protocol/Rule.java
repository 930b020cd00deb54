package io.muster.gossip.protocol;

/** Guards of the protocol. All are on, but where a test shows what would happen without one. */
enum Rule {
    /** A claim about a dead member with a higher incarnation is stored too. */
    MONOTONE_INCARNATION,
    /** Leaving is final for a life. */
    LEAVING_IS_FINAL,
    /** The dead are remembered. */
    TOMBSTONES,
    /** Tombstones age with the claim and are not passed on in their second half of life. */
    TOMBSTONES_AGE,
    /** An accusation of an unknown member is kept and passed on. */
    PLACEHOLDER,
    /** A member whose claim is out of date is told so. */
    TELL_THE_STALE,
    /** A member repeats its answer to an accusation that it has answered. */
    REPEAT_ANSWER,
    /** A death that is heard of a member believed alive starts as a suspicion. */
    SUSPECT_FIRST,
    /** A claim that leaps is refused. */
    CLAMP,
    /** A ping names whom it asks for. */
    TARGET_CHECK,
    /** A failed direct ping is tried by stream. */
    FALLBACK,
    /** Helpers are asked. */
    INDIRECT,
    /** A helper sends its nack at 80 % of the remaining budget. */
    EARLY_NACK,
    /** What came due while this node was stopped is not held against others. */
    STALL_CHECK,
    /** The dead are asked now and then. */
    HEALING,
    /** Tables are compared now and then. */
    SYNC,
    /** Acknowledgements carry the root of the digest, and one that differs starts a push-pull. */
    COMPARE_WITH_PROBES,
    /** Packets of rumors carry it too, and it counts while there are too many rumors. */
    COMPARE_WITH_RUMORS,
    /** Many suspicions at once are not passed on until somebody else has been reached. */
    STORM_DAMPER,
    /** A failed send goes on to the helpers at once. */
    SEND_ERRORS_COUNT,
    /** What members share is compared by its digest. */
    STATE_SYNC,
    /** A member takes its values back from whoever writes them in its name. */
    OWNER_CORRECTS,
    /** A later life folds what former lives have counted into its own count. */
    FOLD_LIVES,
    /** A writer with many removed keys raises its floor. */
    RAISE_FLOOR
}
