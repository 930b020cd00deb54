package io.muster.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /v1/operator/cluster}: who keeps the registry's logs, as one node sees it.
 *
 * @param node the node that answers
 * @param settled whether all groups have the same members and none is being changed; otherwise a change is half done, and
 *     whoever asked for it asks again
 * @param groups one for each log
 */
public record ClusterStatus(String node, boolean settled, List<Group> groups) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public ClusterStatus {
        groups = groups == null ? List.of() : List.copyOf(groups);
    }

    /**
     * The nodes that keep one log.
     *
     * @param name the log's name
     * @param role what the node that answers is: {@code LEADER}, {@code FOLLOWER}, {@code CANDIDATE} or {@code NONE}
     * @param term the latest election that it knows
     * @param leader the leader's id; empty when it knows none
     * @param committed up to which entry a majority has stored the log, as far as it knows
     * @param applied up to which entry it has applied the log
     * @param silenceMillis for how long it has heard no leader
     * @param changing whether the members are being changed
     * @param members who votes, ordered by id
     */
    public record Group(
            String name,
            String role,
            long term,
            String leader,
            long committed,
            long applied,
            long silenceMillis,
            boolean changing,
            List<Member> members) {
        /** Absent optional parts (null when read from JSON) take their defaults. */
        public Group {
            members = members == null ? List.of() : List.copyOf(members);
        }
    }

    /**
     * A node that keeps a log.
     *
     * @param id its name
     * @param address where its peers reach it
     * @param leads whether it leads
     * @param lag how many committed entries it is not known to have as such; absent when that is unknown
     * @param silenceMillis for how long the leader has not heard it; absent when the leader was not asked
     */
    public record Member(
            String id,
            String address,
            boolean leads,
            @Nullable Long lag,
            @Nullable Long silenceMillis) {}
}
