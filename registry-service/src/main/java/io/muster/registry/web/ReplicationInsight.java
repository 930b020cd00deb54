package io.muster.registry.web;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.registry.replication.ClusterState;
import io.muster.registry.replication.Membership;
import io.muster.registry.replication.Replication;
import io.muster.registry.replication.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** What operators see of replicated logs: health and meters. */
public final class ReplicationInsight implements HealthIndicator, MeterBinder {
    private static final Standing NONE = new Standing(Standing.Role.NONE, 0, "", -1, -1, Duration.ZERO);

    private final Replication replication;
    private final @Nullable Membership membership;

    /**
     * @param replication this node's logs
     * @param membership who belongs to the cluster; null where there is none
     */
    public ReplicationInsight(Replication replication, @Nullable Membership membership) {
        this.replication = replication;
        this.membership = membership;
    }

    @Override
    public Health health() {
        String failure = replication.failure();
        Health.Builder health = failure.isEmpty() ? Health.up() : Health.down().withDetail("failure", failure);
        Map<String, ClusterState.Group> groups = new LinkedHashMap<>();
        if (membership != null) {
            ClusterState state = membership.known();
            health.withDetail("settled", state.settled());
            state.groups().forEach(group -> groups.put(group.name(), group));
        }
        replication
                .standings()
                .forEach((name, standing) -> health.withDetail(name, describe(standing, groups.get(name))));
        return health.build();
    }

    private static Map<String, Object> describe(Standing standing, ClusterState.@Nullable Group group) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("role", standing.role().name());
        details.put("term", standing.term());
        details.put("leader", standing.leader());
        details.put("committed", standing.committed());
        details.put("applied", standing.applied());
        details.put("silence", standing.silence().toMillis() + "ms");
        if (group != null) {
            List<String> members = new ArrayList<>();
            for (ClusterState.Member member : group.members()) {
                members.add(member.id() + "=" + member.address()
                        + (member.leads() ? " leads" : "")
                        + (member.lag() == null ? "" : " lag " + member.lag()));
            }
            details.put("members", members);
        }
        return details;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("muster.server.raft.failed", replication, r -> r.failure().isEmpty() ? 0 : 1)
                .description("1 when this node takes no part in its cluster, or cannot write its log")
                .register(meters);
        Gauge.builder("muster.server.raft.waiting", replication, Replication::waiting)
                .description("Entries that wait to be sent")
                .register(meters);
        if (membership != null) {
            Gauge.builder(
                            "muster.server.raft.settled",
                            membership,
                            m -> m.known().settled() ? 1 : 0)
                    .description("0 while a change of the members is under way, or half done")
                    .register(meters);
        }
        for (String group : replication.standings().keySet()) {
            if (membership != null) {
                Gauge.builder("muster.server.raft.members", membership, m -> members(m, group))
                        .tag("group", group)
                        .description("Nodes that vote; 0 on one that takes no part")
                        .register(meters);
            }
            gauge(meters, group, "leads", "1 on the leader", standing -> standing.leads() ? 1 : 0);
            gauge(meters, group, "term", "Grows with each election", Standing::term);
            gauge(
                    meters,
                    group,
                    "lag",
                    "Entries that are committed and not applied here yet",
                    standing -> standing.committed() - standing.applied());
            gauge(
                    meters,
                    group,
                    "silence",
                    "Seconds since a leader was heard",
                    standing -> standing.silence().toMillis() / 1000.0);
        }
    }

    private static double members(Membership membership, String name) {
        return membership.known().groups().stream()
                .filter(group -> group.name().equals(name))
                .mapToInt(group -> group.members().size())
                .sum();
    }

    private void gauge(MeterRegistry meters, String group, String name, String description, Value value) {
        Gauge.builder(
                        "muster.server.raft." + name,
                        replication,
                        r -> value.of(r.standings().getOrDefault(group, NONE)))
                .tag("group", group)
                .description(description)
                .register(meters);
    }

    private interface Value {
        double of(Standing standing);
    }
}
