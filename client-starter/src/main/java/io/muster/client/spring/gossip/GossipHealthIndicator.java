package io.muster.client.spring.gossip;

import io.muster.client.GossipDiscovery;
import io.muster.client.GossipState;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * UP while this process hears others, or may say that there are none; UNKNOWN before, and once another process has taken its name.
 * An application goes on with what it knows, so neither is a reason to restart it.
 */
final class GossipHealthIndicator extends AbstractHealthIndicator {
    private final GossipDiscovery discovery;

    GossipHealthIndicator(GossipDiscovery discovery) {
        super("Reading the state of the cluster failed");
        this.discovery = discovery;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        GossipState state = discovery.state();
        if (state.settled() && state.problem().isEmpty()) {
            builder.up();
        } else {
            builder.unknown();
        }
        builder.withDetail("name", state.name())
                .withDetail("address", state.address().toString())
                .withDetail("members", state.members())
                .withDetail("suspected", state.suspected())
                .withDetail("instances", state.instances());
        if (!state.problem().isEmpty()) {
            builder.withDetail("problem", state.problem());
        }
    }
}
