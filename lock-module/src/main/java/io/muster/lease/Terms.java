package io.muster.lease;

import java.time.Duration;

/**
 * The times of one lease, in nanoseconds of the holder's monotonic clock.
 *
 * <p>The store counts the TTL from when it handles a request, which is after the request was sent. So a holder that counts
 * from before the send stops first, as long as its clock is no more than one percent slower than the store's. It stops by
 * a margin earlier, so that its work has time to see the interrupt. A larger margin leaves more time to stop and less to
 * work without a renewal.
 */
record Terms(long ttlNanos, long maxHoldNanos) {
    private static final long MIN_MARGIN_NANOS = Duration.ofMillis(500).toNanos();

    /** Long enough for everything that is meant to last, and no sum overflows. */
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

    static Terms of(Duration ttl, Duration maxHold) {
        return new Terms(ttl.toNanos(), boundedNanos(maxHold));
    }

    static long boundedNanos(Duration duration) {
        return duration.compareTo(Duration.ofNanos(FOREVER_NANOS)) >= 0 ? FOREVER_NANOS : duration.toNanos();
    }

    /** When a holder stops whose last successful request was sent then. */
    long haltAfter(long sentAt) {
        return sentAt + ttlNanos - ttlNanos / 100 - Math.max(ttlNanos / 10, MIN_MARGIN_NANOS);
    }

    /** From one renewal to the next, before jitter. */
    long renewalNanos() {
        return ttlNanos / 3;
    }

    /** After this long without an answer a request is sent again. */
    long patienceNanos() {
        return ttlNanos / 6;
    }
}
