package io.muster.registry.web;

import io.muster.api.ClusterStatus;
import io.muster.registry.engine.Engine;
import io.muster.registry.engine.View;
import io.muster.registry.replication.Membership;
import io.muster.registry.replication.Replication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.stereotype.Component;

/** {@code /actuator/muster}: what this registry is and where it stands. It asks nobody else. */
@Component
@Endpoint(id = "muster")
final class RegistryEndpoint {
    private final View view;
    private final ObjectProvider<Membership> memberships;
    private final ObjectProvider<Replication> replications;

    RegistryEndpoint(Engine engine, ObjectProvider<Membership> memberships, ObjectProvider<Replication> replications) {
        this.view = engine.view();
        this.memberships = memberships;
        this.replications = replications;
    }

    /** What this node knows by itself. */
    @ReadOperation
    Description describe() {
        Membership membership = memberships.getIfAvailable();
        Replication replication = replications.getIfAvailable();
        return new Description(
                view.position().toString(),
                view.stale(),
                view.warming(),
                view.services().size(),
                view.size(),
                replication == null
                        ? List.of()
                        : replication.standings().entrySet().stream()
                                .map(standing -> standing.getKey() + ": "
                                        + standing.getValue().role()
                                        + " in term " + standing.getValue().term())
                                .toList(),
                replication == null ? "" : replication.failure(),
                membership == null ? null : ClusterViews.of(membership.known()));
    }

    /**
     * The answer.
     *
     * @param position up to which change the catalogue is
     * @param stale whether this node may lag behind the others
     * @param warming whether it may not know everybody yet
     * @param services how many have instances
     * @param instances how many are registered
     * @param logs how it stands to each log
     * @param failure why it takes no part; empty when it does
     * @param cluster who belongs to it; absent where there is none
     */
    record Description(
            String position,
            boolean stale,
            boolean warming,
            int services,
            int instances,
            List<String> logs,
            String failure,
            @Nullable ClusterStatus cluster) {}
}
