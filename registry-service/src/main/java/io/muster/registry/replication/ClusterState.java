package io.muster.registry.replication;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a cluster, as one of its nodes sees it.
 *
 * @param node the node that says so
 * @param groups each log's
 */
public record ClusterState(String node, List<Group> groups) {
    /** Copies the list. */
    public ClusterState {
        groups = List.copyOf(groups);
    }

    /** Whether all groups have the same members and none is being changed: otherwise a change is half done. */
    public boolean settled() {
        Set<List<String>> different = groups.stream().map(Group::addresses).collect(Collectors.toSet());
        return different.size() <= 1 && groups.stream().noneMatch(Group::changing);
    }

    /**
     * Who belongs to one group.
     *
     * @param name the log's name
     * @param standing how the node that says so stands in it
     * @param members who votes, ordered by id; empty when this node takes no part
     * @param changing whether a change is under way
     */
    public record Group(String name, Standing standing, List<Member> members, boolean changing) {
        /** Copies the list. */
        public Group {
            members = List.copyOf(members);
        }

        private List<String> addresses() {
            return members.stream()
                    .map(member -> member.id() + "=" + member.address())
                    .toList();
        }
    }

    /**
     * A node of a group.
     *
     * @param id its name
     * @param address where its peers reach it, as {@code host:port}
     * @param leads whether it leads
     * @param lag how many committed entries it is not known to have as such; null when nobody has heard of it
     * @param silence for how long the leader has not heard it; null when only the leader knows and did not say
     */
    public record Member(
            String id,
            String address,
            boolean leads,
            @Nullable Long lag,
            @Nullable Duration silence) {}
}
