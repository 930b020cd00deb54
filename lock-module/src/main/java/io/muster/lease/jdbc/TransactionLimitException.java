package io.muster.lease.jdbc;

import java.time.Duration;

/**
 * A guarded transaction has gone on for longer than it may. It was rolled back, so that newer holders wait for it no more, and its
 * connection refuses everything until it is told to roll back, too, or is closed.
 */
public final class TransactionLimitException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    TransactionLimitException(Duration limit, Duration age) {
        super("a guarded transaction must end within " + limit + " but was " + age + " old; it was rolled back");
    }
}
