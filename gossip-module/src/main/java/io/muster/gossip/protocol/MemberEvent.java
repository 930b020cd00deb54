package io.muster.gossip.protocol;

/**
 * What became of a member in the eyes of one node.
 *
 * @param record the claim that is held now
 */
public record MemberEvent(Kind kind, MemberRecord record) {
    /** Per name the events read: UP (SUSPECTED, CLEARED, UPDATED, REPLACED)* (DOWN or GONE), and again from UP. */
    public enum Kind {
        /** A member is there: new, or back from the dead. */
        UP,
        /** A member changed its address or metadata. */
        UPDATED,
        /** A later life of the same name has taken the member's place. */
        REPLACED,
        /** A member is suspected; it still takes part. */
        SUSPECTED,
        /** A suspected member has answered. */
        CLEARED,
        /** A member is dead. */
        DOWN,
        /** A member has left by itself. */
        GONE,
        /** This node has lost its name to another one, which is given, and has stopped. */
        CONFLICT
    }
}
