package io.muster.gossip.simulation;

import io.muster.gossip.plan.Plan;
import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.wire.Frames;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Measures in the simulator what a {@link Plan} says by formulas. Seeds are fixed: the same experiment gives the same figures.
 *
 * @param config of all nodes
 * @param members how many there are
 * @param conditions of the network
 */
public record Experiments(SwimConfig config, int members, Conditions conditions) {
    private static final Duration LOOK_EVERY = Duration.ofMillis(2);
    private static final int WARM_UP_PERIODS = 3;

    /** A cluster loses at most this share of its members before another one takes its place. */
    private static final int MEMBERS_PER_CRASH = 20;

    /**
     * Means of many crashes, one at a time.
     *
     * @param firstSuspect seconds from the crash until one member suspects the dead one
     * @param firstDead until one holds it for dead
     * @param allKnow until all do
     * @param medianAllKnow the same in the median
     */
    public record Crashes(double firstSuspect, double firstDead, double allKnow, double medianAllKnow) {}

    /**
     * What one member sends per second.
     *
     * @param datagrams per second
     * @param streams questions by stream per second
     * @param bytes of both, sealed and with the headers of IPv4, UDP and TCP
     */
    public record Load(double datagrams, double streams, double bytes) {}

    /** Crashes so many members of clusters of this size. */
    public Crashes crashes(int count) {
        double[] suspected = new double[count];
        double[] dead = new double[count];
        double[] known = new double[count];
        int perCluster = Math.max(1, members / MEMBERS_PER_CRASH);
        SplittableRandom random = new SplittableRandom(count);
        Simulation cluster = cluster(1);
        for (int i = 0; i < count; i++) {
            int victim = i % perCluster;
            if (victim == 0 && i > 0) {
                cluster = cluster(i + 1);
            }
            cluster.run(Duration.ofNanos(random.nextLong(period().toNanos())));
            cluster.forgetEvents();
            double at = seconds(cluster.now());
            cluster.crash(victim);
            Simulation current = cluster;
            known[i] = seconds(cluster.until(
                    "all know",
                    Duration.ofMinutes(10),
                    LOOK_EVERY,
                    () -> current.everybodyHolds(victim, MemberState.DEAD)));
            suspected[i] = first(cluster, MemberEvent.Kind.SUSPECTED) - at;
            dead[i] = first(cluster, MemberEvent.Kind.DOWN) - at;
            cluster.run(period().multipliedBy(WARM_UP_PERIODS));
        }
        return new Crashes(mean(suspected), mean(dead), mean(known), median(known));
    }

    /** Has so many members change what they say of themselves; seconds until all know, each. */
    public double[] updates(int count) {
        double[] took = new double[count];
        Simulation cluster = cluster(1);
        SplittableRandom random = new SplittableRandom(count);
        for (int i = 0; i < count; i++) {
            int member = i % members;
            cluster.run(Duration.ofNanos(random.nextLong(period().toNanos())));
            cluster.update(member, cluster.node(member).self().address(), Metadata.of(new byte[] {(byte) i}));
            MemberRecord news = cluster.node(member).self();
            Simulation current = cluster;
            took[i] = seconds(
                    cluster.until("all know", Duration.ofMinutes(10), LOOK_EVERY, () -> current.everybodyHolds(news)));
            cluster.run(period().multipliedBy(WARM_UP_PERIODS));
        }
        return took;
    }

    /** Measures what members send while nothing changes. */
    public Load load(Duration length) {
        Simulation cluster = cluster(1);
        cluster.measureBytesBy(message -> Frames.sizeOf(message, true));
        cluster.forgetEvents();
        cluster.run(length);
        double memberSeconds = seconds(length) * members;
        double questions = cluster.streams() / 2.0;
        double bytes = cluster.datagramBytes()
                + (double) Plan.Load.DATAGRAM_HEADERS * cluster.datagrams()
                + cluster.streamBytes()
                + Plan.Load.STREAM_HEADERS * questions;
        return new Load(cluster.datagrams() / memberSeconds, questions / memberSeconds, bytes / memberSeconds);
    }

    /** Suspicions that one member raises per minute although all are well, if no stream gets through. */
    public double falseSuspicions(Duration length) {
        Simulation cluster = Simulation.unchecked(members, 1, Internals.without(config, "FALLBACK"));
        cluster.together().conditions(conditions);
        cluster.run(length);
        long failed = 0;
        for (int i = 0; i < members; i++) {
            failed += cluster.node(i).counters().failedProbes();
        }
        return failed / (seconds(length) / 60) / members;
    }

    private Simulation cluster(long seed) {
        Simulation cluster = Simulation.of(members, seed, config).together();
        cluster.conditions(conditions);
        cluster.run(period().multipliedBy(WARM_UP_PERIODS));
        return cluster;
    }

    private Duration period() {
        return config.probing().period();
    }

    private static double first(Simulation cluster, MemberEvent.Kind kind) {
        return cluster.events().stream()
                .filter(event -> event.kind() == kind)
                .findFirst()
                .orElseThrow()
                .atSeconds();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
