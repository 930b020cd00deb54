package io.muster.registry.web;

import io.muster.api.ClusterStatus;
import io.muster.registry.replication.ClusterState;
import io.muster.registry.replication.Standing;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A cluster's state as operators are shown it. */
final class ClusterViews {
    private ClusterViews() {}

    static ClusterStatus of(ClusterState state) {
        return new ClusterStatus(
                state.node(),
                state.settled(),
                state.groups().stream().map(ClusterViews::group).toList());
    }

    private static ClusterStatus.Group group(ClusterState.Group group) {
        Standing standing = group.standing();
        return new ClusterStatus.Group(
                group.name(),
                standing.role().name(),
                standing.term(),
                standing.leader(),
                standing.committed(),
                standing.applied(),
                standing.silence().toMillis(),
                group.changing(),
                group.members().stream().map(ClusterViews::member).toList());
    }

    private static ClusterStatus.Member member(ClusterState.Member member) {
        return new ClusterStatus.Member(
                member.id(), member.address(), member.leads(), member.lag(), millis(member.silence()));
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : Long.valueOf(duration.toMillis());
    }
}
