package io.muster.lb;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A monotonic clock that stands still unless it is moved; it starts near the overflow, where nano clocks may be. */
final class ManualClock implements LongSupplier {
    private static final long ORIGIN = Long.MAX_VALUE - 1_000_000_000L;

    private final AtomicLong nanos = new AtomicLong(ORIGIN);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    /** Sets the time since the start. */
    void set(long nanosSinceStart) {
        nanos.set(ORIGIN + nanosSinceStart);
    }
}
