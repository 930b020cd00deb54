package io.muster.benchmarks.quality;

import java.util.function.LongSupplier;

/** Virtual time in nanoseconds since a run's begin. It stands still unless it is moved. */
final class Clock implements LongSupplier {
    private long now;

    @Override
    public long getAsLong() {
        return now;
    }

    void set(long nanos) {
        now = nanos;
    }
}
