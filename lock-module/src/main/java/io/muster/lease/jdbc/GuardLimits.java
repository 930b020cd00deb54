package io.muster.lease.jdbc;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long guarded transactions may go on.
 *
 * @param ticker monotonic nanoseconds
 * @param transaction null for {@link #IDLE_LIMITS} times as long as each may be idle
 */
record GuardLimits(LongSupplier ticker, @Nullable Duration transaction) {
    /**
     * With the usual TTL of 15 seconds a minute, as long as a successor waits. More lets jobs do more in one transaction; less lets
     * a successor start sooner.
     */
    static final int IDLE_LIMITS = 4;

    private static final Duration MIN = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofDays(1);

    /** @throws IllegalArgumentException if the limit is out of range */
    GuardLimits {
        if (transaction != null && (transaction.compareTo(MIN) < 0 || transaction.compareTo(MAX) > 0)) {
            throw new IllegalArgumentException(
                    "transactionLimit must be from " + MIN + " to " + MAX + " but was " + transaction);
        }
    }

    /** @param idle how long the transaction may do nothing */
    Duration transaction(Duration idle) {
        Duration most = transaction == null ? idle.multipliedBy(IDLE_LIMITS) : transaction;
        return most.compareTo(MAX) > 0 ? MAX : most;
    }
}
