package io.muster.benchmarks.quality;

import java.util.random.RandomGenerator;

/*
 * SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), written out so that a seed gives the same figures on every Java release.
 */
final class Randomness implements RandomGenerator {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    Randomness(long seed) {
        state = seed;
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    @Override
    public int nextInt(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    double exponential(double mean) {
        return -mean * Math.log(1 - nextDouble());
    }
}
