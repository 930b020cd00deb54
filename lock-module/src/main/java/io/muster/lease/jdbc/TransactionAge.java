package io.muster.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the transaction of one connection has kept a fence, and whether it may go on. Who goes on though it is too old is
 * refused until he ends it himself: he would not know otherwise that what he wrote is gone. Serves one thread at a time.
 */
final class TransactionAge {
    private static final Logger log = LoggerFactory.getLogger(TransactionAge.class);

    private final LongSupplier ticker;
    private @Nullable Duration limit;
    private @Nullable Duration ageAtEnd;
    private long guardedAt;

    /** @param ticker monotonic nanoseconds */
    TransactionAge(LongSupplier ticker) {
        this.ticker = ticker;
    }

    /** The transaction keeps a fence from now on, or another one besides; the shortest limit counts, from the first. */
    void guarded(Duration newLimit) {
        Duration before = limit;
        if (before == null) {
            guardedAt = ticker.getAsLong();
            limit = newLimit;
        } else if (newLimit.compareTo(before) < 0) {
            limit = newLimit;
        }
    }

    /** There is no transaction any more. */
    void ended() {
        limit = null;
        ageAtEnd = null;
    }

    /** @throws TransactionLimitException if it is too old; it was rolled back then */
    void requireInTime(Connection connection) {
        Duration most = limit;
        if (most == null) {
            return;
        }
        Duration age = ageAtEnd;
        if (age == null) {
            age = Duration.ofNanos(ticker.getAsLong() - guardedAt);
            if (age.compareTo(most) <= 0) {
                return;
            }
            ageAtEnd = age;
            rollBack(connection);
        }
        throw new TransactionLimitException(most, age);
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            log.debug("The connection is broken, and its transaction with it", e);
        }
    }
}
