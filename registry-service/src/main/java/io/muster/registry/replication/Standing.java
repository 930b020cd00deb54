package io.muster.registry.replication;

import java.time.Duration;

/**
 * How a node stands in a log's group.
 *
 * @param role what it is
 * @param term the latest one that it knows
 * @param leader the leader's id; empty when none is known
 * @param committed the index up to which entries are known to be committed
 * @param applied the index up to which they are applied
 * @param silence for how long no leader has been heard; zero on the leader
 */
public record Standing(Role role, long term, String leader, long committed, long applied, Duration silence) {
    /** What a node is. */
    public enum Role {
        /** It orders entries. */
        LEADER,
        /** It follows a leader, or waits for one. */
        FOLLOWER,
        /** It asks to be elected. */
        CANDIDATE,
        /** It does not take part: starting, closed, or its log is damaged. */
        NONE
    }

    /** Whether this node leads. */
    public boolean leads() {
        return role == Role.LEADER;
    }
}
