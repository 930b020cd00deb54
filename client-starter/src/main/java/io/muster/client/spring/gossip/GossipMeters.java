package io.muster.client.spring.gossip;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.client.GossipDiscovery;

/** The meters {@code muster.gossip.*}: the cluster in this process's eyes. */
final class GossipMeters implements MeterBinder {
    private final GossipDiscovery discovery;

    GossipMeters(GossipDiscovery discovery) {
        this.discovery = discovery;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("muster.gossip.members", discovery, d -> d.state().members())
                .description("Other members that take part, suspected ones included")
                .baseUnit("members")
                .register(registry);
        Gauge.builder("muster.gossip.suspected", discovery, d -> d.state().suspected())
                .description("Members that are suspected now")
                .baseUnit("members")
                .register(registry);
        Gauge.builder("muster.gossip.instances", discovery, d -> d.state().instances())
                .description("Members that are instances of services, this one included")
                .baseUnit("instances")
                .register(registry);
        FunctionCounter.builder(
                        "muster.gossip.suspicions", discovery, d -> d.state().suspicions())
                .description("Suspicions heard or raised")
                .register(registry);
        FunctionCounter.builder(
                        "muster.gossip.deaths", discovery, d -> d.state().deaths())
                .description("Members that died")
                .register(registry);
        FunctionCounter.builder(
                        "muster.gossip.unreadable", discovery, d -> d.state().unreadable())
                .description("Descriptions of members that could not be read")
                .register(registry);
    }
}
