package io.muster.client;

import java.util.random.RandomGenerator;

/**
 * How long to wait after a failure: exponential with full jitter. The n-th wait in a row is uniform between 0 and
 * {@code min(max, initial * 2^n)}, n from 0. A larger initial bound spreads the many clients of a restarted registry
 * further; a smaller one finds it sooner. Not thread-safe.
 *
 * <p>Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
final class Backoff {
    private final long initialNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private int failures;

    Backoff(long initialNanos, long maxNanos, RandomGenerator random) {
        this.initialNanos = initialNanos;
        this.maxNanos = maxNanos;
        this.random = random;
    }

    long nextNanos() {
        long bound = boundNanos(initialNanos, maxNanos, failures);
        failures = Math.min(failures + 1, Long.SIZE);
        return random.nextLong(bound + 1);
    }

    /** After what time alone does not mend: between half of the largest wait and the whole. */
    long longNanos() {
        return maxNanos - random.nextLong(maxNanos / 2 + 1);
    }

    void reset() {
        failures = 0;
    }

    static long boundNanos(long initialNanos, long maxNanos, int failures) {
        boolean overflows = failures >= Long.numberOfLeadingZeros(initialNanos);
        return overflows ? maxNanos : Math.min(maxNanos, initialNanos << failures);
    }
}
