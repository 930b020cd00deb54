package io.muster.registry.security;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/** Warns of something that others can make happen as often as they like: at most once in ten seconds, with how often. */
final class RareWarning {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier nanoClock;
    private final LongAdder count = new LongAdder();
    private final AtomicLong nextNanos;

    RareWarning(Logger log, LongSupplier nanoClock) {
        this.log = log;
        this.nanoClock = nanoClock;
        this.nextNanos = new AtomicLong(nanoClock.getAsLong());
    }

    /** @param format takes how often it happened since the last line, and {@code last} */
    void warn(String format, Object last) {
        count.increment();
        long now = nanoClock.getAsLong();
        long next = nextNanos.get();
        if (now - next >= 0 && nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
            log.warn(format, count.sumThenReset(), last);
        }
    }
}
