package io.muster.gossip.protocol;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The parameters of the protocol; all nodes of a cluster should have the same. Start from {@link #lan}, {@link #edge} or
 * {@link #local}.
 */
public record SwimConfig(
        Probing probing,
        Suspicion suspicion,
        Spreading spreading,
        Repair repair,
        Lifeguard lifeguard,
        Switches switches) {
    public SwimConfig {
        if (spreading.packetBytes() < Message.MAX_HEAD_BYTES + 100 + Metadata.MAX_BYTES + MemberId.MAX_NAME) {
            throw new IllegalArgumentException(
                    "packetBytes must hold a record of the largest size but was " + spreading.packetBytes());
        }
    }

    /**
     * How members are probed.
     *
     * @param period one member is probed per period; 10 ms to 1 min
     * @param directTimeout after it helpers are asked; less than 3/4 of the period, so that they have time
     * @param helpers how many are asked; 0 to 10
     */
    public record Probing(Duration period, Duration directTimeout, int helpers) {
        public Probing {
            requireBetween("period", period, Duration.ofMillis(10), Duration.ofMinutes(1));
            requireBetween(
                    "directTimeout",
                    directTimeout,
                    Duration.ofMillis(1),
                    period.multipliedBy(3).dividedBy(4));
            requireBetween("helpers", helpers, 0, 10);
        }
    }

    /**
     * How long a suspect has to answer: at least {@code alpha * max(1, log10 n)} periods, and {@code beta} times that until
     * others confirm the suspicion.
     *
     * @param alpha 1 to 20; higher is slower and safer
     * @param beta 1 to 20
     */
    public record Suspicion(int alpha, int beta) {
        public Suspicion {
            requireBetween("alpha", alpha, 1, 20);
            requireBetween("beta", beta, 1, 20);
        }
    }

    /**
     * How rumors spread: each in at most {@code ceil(multiplier * log10(n + 1)) + extra} packets of each node.
     *
     * @param interval between two rounds of a node that has rumors; 5 ms to 10 s
     * @param fanout members per round; 1 to 10
     * @param packetBytes of a datagram's content, before encryption; 800 to 60,000
     */
    public record Spreading(Duration interval, int fanout, int multiplier, int extra, int packetBytes) {
        public Spreading {
            requireBetween("interval", interval, Duration.ofMillis(5), Duration.ofSeconds(10));
            requireBetween("fanout", fanout, 1, 10);
            requireBetween("multiplier", multiplier, 1, 20);
            requireBetween("extra", extra, 0, 20);
            requireBetween("packetBytes", packetBytes, 800, 60_000);
        }
    }

    /**
     * How tables that differ are brought together.
     *
     * @param syncInterval between two push-pulls of a node, up to 256 members; longer for more
     * @param healInterval between two looks for the dead and for absent seeds
     * @param tombstoneTtl how long the dead are remembered
     * @param deadRetry how long the dead are looked for
     */
    public record Repair(Duration syncInterval, Duration healInterval, Duration tombstoneTtl, Duration deadRetry) {
        public Repair {
            requireBetween("syncInterval", syncInterval, Duration.ofMillis(100), Duration.ofHours(1));
            requireBetween("healInterval", healInterval, Duration.ofMillis(100), Duration.ofHours(1));
            requireBetween("tombstoneTtl", tombstoneTtl, Duration.ofSeconds(10), Duration.ofDays(30));
            requireBetween("deadRetry", deadRetry, Duration.ZERO, tombstoneTtl);
        }
    }

    /**
     * The parts of Lifeguard (Dadgar, Phillips, Currey, 2017), which keep a slow node from accusing healthy ones.
     *
     * @param localHealth a node that misses answers probes more slowly
     * @param dynamicTimeout a suspicion that nobody confirms has more time
     * @param buddy a suspect is told with the next packet that goes to it
     */
    public record Lifeguard(boolean localHealth, boolean dynamicTimeout, boolean buddy) {
        public static final Lifeguard ON = new Lifeguard(true, true, true);
        public static final Lifeguard OFF = new Lifeguard(false, false, false);
    }

    /** Guards that are off; for tests of the tests. */
    static final class Switches {
        static final Switches ALL_ON = new Switches(EnumSet.noneOf(Rule.class));

        private final Set<Rule> off;

        Switches(Set<Rule> off) {
            this.off = off;
        }

        boolean on(Rule rule) {
            return !off.contains(rule);
        }
    }

    /** For nodes with a round trip of a few milliseconds. */
    public static SwimConfig lan() {
        return new SwimConfig(
                new Probing(Duration.ofSeconds(1), Duration.ofMillis(300), 3),
                new Suspicion(3, 6),
                new Spreading(Duration.ofMillis(200), 3, 4, 2, 1200),
                new Repair(Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofHours(24), Duration.ofHours(24)),
                Lifeguard.ON,
                Switches.ALL_ON);
    }

    /** For nodes that are far from each other or behind lossy links. */
    public static SwimConfig edge() {
        return new SwimConfig(
                new Probing(Duration.ofSeconds(3), Duration.ofMillis(1200), 3),
                new Suspicion(4, 6),
                new Spreading(Duration.ofMillis(500), 4, 5, 3, 1200),
                new Repair(Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofHours(24), Duration.ofHours(24)),
                Lifeguard.ON,
                Switches.ALL_ON);
    }

    /** For nodes on one machine. */
    public static SwimConfig local() {
        return new SwimConfig(
                new Probing(Duration.ofMillis(200), Duration.ofMillis(60), 2),
                new Suspicion(3, 4),
                new Spreading(Duration.ofMillis(50), 3, 4, 2, 1200),
                new Repair(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofHours(24), Duration.ofHours(24)),
                Lifeguard.ON,
                Switches.ALL_ON);
    }

    /** The same with another probe period; the direct timeout keeps its share of it. */
    public SwimConfig withPeriod(Duration period) {
        Duration timeout = Duration.ofNanos((long)
                ((double) probing.directTimeout().toNanos() / probing.period().toNanos() * period.toNanos()));
        return new SwimConfig(
                new Probing(period, timeout, probing.helpers()), suspicion, spreading, repair, lifeguard, switches);
    }

    public SwimConfig withSuspicion(Suspicion value) {
        return new SwimConfig(probing, value, spreading, repair, lifeguard, switches);
    }

    public SwimConfig withSpreading(Spreading value) {
        return new SwimConfig(probing, suspicion, value, repair, lifeguard, switches);
    }

    public SwimConfig withRepair(Repair value) {
        return new SwimConfig(probing, suspicion, spreading, value, lifeguard, switches);
    }

    public SwimConfig withLifeguard(Lifeguard value) {
        return new SwimConfig(probing, suspicion, spreading, repair, value, switches);
    }

    SwimConfig without(Rule... rules) {
        Set<Rule> off = EnumSet.noneOf(Rule.class);
        off.addAll(Set.of(rules));
        return new SwimConfig(probing, suspicion, spreading, repair, lifeguard, new Switches(off));
    }

    boolean on(Rule rule) {
        return switches.on(rule);
    }

    private static void requireBetween(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + " but was " + value);
        }
    }

    private static void requireBetween(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + " but was " + value);
        }
    }
}
