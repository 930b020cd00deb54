package io.muster.gossip.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/** Decides what becomes of each message. */
final class Network {
    /** What a cut stops from one node to another. */
    enum Cut {
        /** Datagrams. */
        DATAGRAMS,
        /** New streams; answers on streams that come the other way pass. */
        CONNECTS,
        /** All packets, so streams of both directions too. */
        EVERYTHING
    }

    private record Rule(IntPredicate from, IntPredicate to, Cut cut) {}

    private static final long RETRANSMISSION_NANOS = 200_000_000L;

    private static final int LONGEST_BACKOFF = 5;

    private final SplittableRandom random;
    private final List<Rule> rules = new ArrayList<>();
    private Conditions conditions = Conditions.GOOD;
    private long minLatency;
    private long latencyRange;
    private long[] burstEnds = new long[16];
    private long[] nextBursts = new long[16];

    Network(long seed) {
        this.random = new SplittableRandom(seed);
        conditions(Conditions.GOOD);
    }

    void conditions(Conditions value) {
        conditions = value;
        minLatency = value.minLatency().toNanos();
        latencyRange = value.maxLatency().toNanos() - minLatency + 1;
        burstEnds = new long[burstEnds.length];
        nextBursts = new long[nextBursts.length];
    }

    void cut(IntPredicate from, IntPredicate to, Cut cut) {
        rules.add(new Rule(from, to, cut));
    }

    void mend() {
        rules.clear();
    }

    boolean passesDatagram(int from, int to, long now) {
        return !isCut(from, to, Cut.DATAGRAMS)
                && !isCut(from, to, Cut.EVERYTHING)
                && !(conditions.loss() > 0 && random.nextDouble() < conditions.loss())
                && !(conditions.burstShare() > 0 && isInBurst(to, now));
    }

    boolean passesConnect(int from, int to) {
        return !isCut(from, to, Cut.CONNECTS) && passesStream(from, to);
    }

    boolean passesStream(int from, int to) {
        return !isCut(from, to, Cut.EVERYTHING) && !isCut(to, from, Cut.EVERYTHING);
    }

    boolean duplicates() {
        return conditions.duplicate() > 0 && random.nextDouble() < conditions.duplicate();
    }

    long datagramLatency() {
        long latency = minLatency + random.nextLong(latencyRange);
        boolean late = conditions.reorder() > 0 && random.nextDouble() < conditions.reorder();
        return late ? latency * 10 : latency;
    }

    /** A question needs a connection first: three ways, each with its chance of a retransmission. */
    long streamLatency(boolean connects) {
        long latency = 0;
        for (int packet = 0; packet < (connects ? 3 : 1); packet++) {
            latency += minLatency + random.nextLong(latencyRange);
            long pause = RETRANSMISSION_NANOS;
            for (int lost = 0; lost < LONGEST_BACKOFF && random.nextDouble() < conditions.retransmissions(); lost++) {
                latency += pause;
                pause *= 2;
            }
        }
        return latency;
    }

    private boolean isCut(int from, int to, Cut cut) {
        for (Rule rule : rules) {
            if (rule.cut == cut && rule.from.test(from) && rule.to.test(to)) {
                return true;
            }
        }
        return false;
    }

    private boolean isInBurst(int node, long now) {
        if (node >= burstEnds.length) {
            burstEnds = java.util.Arrays.copyOf(burstEnds, node * 2);
            nextBursts = java.util.Arrays.copyOf(nextBursts, node * 2);
        }
        long length = conditions.burst().toNanos();
        long meanPause = (long) (length * (1 - conditions.burstShare()) / conditions.burstShare());
        while (now >= nextBursts[node]) {
            burstEnds[node] = nextBursts[node] == 0 ? 0 : nextBursts[node] + length;
            long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * meanPause);
            nextBursts[node] = Math.max(nextBursts[node], burstEnds[node]) + pause + 1;
        }
        return now < burstEnds[node];
    }
}
