package io.muster.gossip.protocol;

/** The one source of chance of a node (Steele, Lea, Flood, 2014): the same seed gives the same node. */
final class SplitMix64 {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    SplitMix64(long seed) {
        this.state = seed;
    }

    long nextLong() {
        long value = Hashing.mix(state);
        state += GAMMA;
        return value;
    }

    /** From 0 to {@code bound} - 1, with a bias below {@code bound} / 2^32. */
    int nextInt(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** From 0 (inclusive) to 1 (exclusive). */
    double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** {@code value} plus or minus at most {@code share} of it. */
    long jitter(long value, double share) {
        return value + (long) (value * share * (2 * nextDouble() - 1));
    }
}
