package io.muster.lease.store;

import java.time.Instant;

/**
 * Where tokens begin: 13 bits for the days since 2025-01-01, 40 for a counter within. A store that is made anew, or has
 * lost its last tokens, begins above all that it gave before, as long as time of day went on. That is the one
 * use of the time of day; it measures no interval.
 */
public final class TokenEpoch {
    /** How many bits of a token count within an epoch. */
    public static final int COUNTER_BITS = 40;

    private static final Instant FIRST_DAY = Instant.parse("2025-01-01T00:00:00Z");

    private static final int DAY_BITS = 13;
    private static final long DAY_MILLIS = 86_400_000;
    private static final int BELOW_MILLIS_BITS = 13;

    private TokenEpoch() {}

    /**
     * A token below those of this day.
     *
     * @throws IllegalArgumentException if the day has no epoch
     */
    public static long ofDay(Instant now) {
        long day = Math.floorDiv(now.toEpochMilli() - FIRST_DAY.toEpochMilli(), DAY_MILLIS);
        if (day < 0 || day >= 1 << DAY_BITS) {
            throw new IllegalArgumentException("the date must be from 2025-01-01 to 2047-06-06 but was " + now);
        }
        return Math.max(1, day) << COUNTER_BITS;
    }

    /**
     * A token below those of this millisecond, of which there are 8191. A store that begins here and gives no more than that in a
     * millisecond stays below whatever begins later, on the same day too.
     *
     * @throws IllegalArgumentException if the day has no epoch
     */
    public static long ofMillisecond(Instant now) {
        return ofDay(now) + (Math.floorMod(now.toEpochMilli(), DAY_MILLIS) << BELOW_MILLIS_BITS);
    }
}
