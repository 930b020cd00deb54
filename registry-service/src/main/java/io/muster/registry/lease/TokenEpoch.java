package io.muster.registry.lease;

import java.time.Duration;
import java.time.Instant;

/**
 * Where tokens begin: 13 bits for the days since 2025-01-01, 40 for the milliseconds of the day times 8,192. A table that gives no
 * more tokens than that in a millisecond stays below whatever begins later, on the same day too. It is the stores' of
 * {@code muster-lock-module}, which a test compares.
 */
public final class TokenEpoch {
    private static final Instant FIRST = Instant.parse("2025-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("2047-06-06T23:59:59.999Z");
    private static final int COUNTER_BITS = 40;
    private static final int BELOW_MILLIS_BITS = 13;
    private static final long DAY_MILLIS = 86_400_000;

    private TokenEpoch() {}

    /** More tokens than are given in that time, 0 for a negative one. */
    public static long of(Duration time) {
        return Math.max(0, time.toMillis()) << BELOW_MILLIS_BITS;
    }

    /**
     * A token below those that begin at this moment, 1 to 2^53 - 1. A machine whose time of day was never set must not stop for that:
     * before the first moment, and after the last, it is that one.
     */
    public static long at(Instant now) {
        Instant counted = now.isBefore(FIRST) ? FIRST : now.isAfter(LAST) ? LAST : now;
        long millis = counted.toEpochMilli() - FIRST.toEpochMilli();
        return (Math.max(1, millis / DAY_MILLIS) << COUNTER_BITS) + (millis % DAY_MILLIS << BELOW_MILLIS_BITS);
    }
}
