package io.muster.client.spring.gossip;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.client.GossipDiscovery;
import io.muster.gossip.GossipTraffic;
import io.muster.gossip.wire.Frames;
import java.util.Locale;
import java.util.function.ToLongFunction;

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
        packets(registry, "sent", "datagram", GossipTraffic::datagramsSent);
        packets(registry, "heard", "datagram", GossipTraffic::datagramsHeard);
        packets(registry, "sent", "stream", GossipTraffic::streamsSent);
        packets(registry, "heard", "stream", GossipTraffic::streamsHeard);
        bytes(registry, "sent", GossipTraffic::bytesSent);
        bytes(registry, "heard", GossipTraffic::bytesHeard);
        counted(registry, "muster.gossip.send.failures", "Frames that could not be sent", GossipTraffic::failed);
        counted(
                registry,
                "muster.gossip.dropped",
                "Streams beyond the bound of those at a time",
                GossipTraffic::dropped);
        for (Frames.Verdict verdict : Frames.Verdict.values()) {
            if (verdict != Frames.Verdict.ACCEPTED) {
                FunctionCounter.builder(
                                "muster.gossip.refused",
                                discovery,
                                d -> d.traffic().refused().getOrDefault(verdict, 0L))
                        .description("Frames that were not taken")
                        .tag("reason", verdict.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .register(registry);
            }
        }
    }

    private void packets(MeterRegistry registry, String direction, String channel, ToLongFunction<GossipTraffic> read) {
        FunctionCounter.builder("muster.gossip.packets", discovery, d -> read.applyAsLong(d.traffic()))
                .description("Frames that were sent and heard")
                .tags("direction", direction, "channel", channel)
                .register(registry);
    }

    private void bytes(MeterRegistry registry, String direction, ToLongFunction<GossipTraffic> read) {
        FunctionCounter.builder("muster.gossip.traffic", discovery, d -> read.applyAsLong(d.traffic()))
                .description("Bytes of frames, without the headers of the network")
                .baseUnit("bytes")
                .tag("direction", direction)
                .register(registry);
    }

    private void counted(MeterRegistry registry, String name, String text, ToLongFunction<GossipTraffic> read) {
        FunctionCounter.builder(name, discovery, d -> read.applyAsLong(d.traffic()))
                .description(text)
                .register(registry);
    }
}
