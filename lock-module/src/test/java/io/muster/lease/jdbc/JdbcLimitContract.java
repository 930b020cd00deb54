package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.FencingContext;
import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.Lease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a guarded transaction may go on: by a clock of the test, and by the database's own limits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
abstract class JdbcLimitContract extends GuardedDatabase {
    /** A query that takes about a minute, or more. */
    abstract String longQuery();

    /** A statement that limits each statement of the session, and a transaction that does nothing, to so many seconds. */
    abstract String limitSession(long seconds);

    /** A query for these limits, in seconds: statement, idle. */
    abstract String sessionLimits();

    /** What {@link #sessionLimits} answers then. */
    String limits(long statement, long idle) {
        return statement + " " + idle;
    }

    @Test
    void aTransactionThatIsTooOldIsRolledBackAndRefusedUntilItIsEnded() throws Exception {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        FencedDataSource limited =
                guarded.withTransactionLimit(Duration.ofSeconds(30)).withTicker(now::get);
        try (Lease lease = first.tryAcquire(request).orElseThrow();
                Connection connection = limited.getConnection()) {
            connection.setAutoCommit(false);
            Boolean done = lease.call(() -> {
                add(connection, 1);
                pass(now, 30);
                add(connection, 1);
                pass(now, 1);
                requireTooOld(connection::commit, "PT30S", "PT31S");
                // Nobody has to wait for its rows.
                fence.raise(resource, lease.fencingToken());
                pass(now, 9);
                requireTooOld(() -> add(connection, 1), "PT30S", "PT31S");
                requireTooOld(connection::commit, "PT30S", "PT31S");
                requireTooOld(() -> connection.setAutoCommit(true), "PT30S", "PT31S");
                connection.rollback();

                add(connection, 10);
                pass(now, 30);
                connection.commit();
                return true;
            });
            assertThat(done).isTrue();
        }
        assertThat(amount()).isEqualTo(10);
    }

    @Test
    void withoutALimitOfItsOwnATransactionLivesForFourIdleLimitsOrTheFewest() throws Exception {
        AtomicLong now = new AtomicLong();
        FencedDataSource limited = guarded.withTicker(now::get);
        try (Lease lease = first.tryAcquire(request).orElseThrow();
                Connection connection = limited.getConnection()) {
            connection.setAutoCommit(false);
            lease.run(() -> {
                addQuietly(connection);
                pass(now, TTL.toSeconds() * 4);
                addQuietly(connection);
                pass(now, 1);
                requireTooOld(() -> add(connection, 1), "PT32S", "PT33S");
            });
            connection.rollback();
            List<CheckedToken> tokens = List.of(
                    new CheckedToken(resource, lease.fencingToken(), Duration.ofSeconds(20)),
                    new CheckedToken(resource + " too", 1, Duration.ofSeconds(2)));
            Boolean done = FencingContext.call(tokens, () -> {
                add(connection, 1);
                pass(now, 9);
                requireTooOld(connection::commit, "PT8S", "PT9S");
                return true;
            });
            assertThat(done).isTrue();
        }
        assertThat(amount()).isZero();
    }

    @Test
    void whoReadsOnInATransactionThatIsTooOldIsRefused() throws Exception {
        AtomicLong now = new AtomicLong();
        try (Lease lease = first.tryAcquire(request).orElseThrow();
                Connection connection = guarded.withTicker(now::get).getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT id FROM account")) {
            connection.setAutoCommit(false);
            lease.call(() -> {
                try (ResultSet rows = statement.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    pass(now, TTL.toSeconds() * 4 + 1);
                    requireTooOld(rows::next, "PT32S", "PT33S");
                }
                return true;
            });
        }
    }

    @Test
    void aTransactionWithoutALeaseHasNoLimit() throws Exception {
        AtomicLong now = new AtomicLong();
        try (Connection connection = guarded.withTicker(now::get).getConnection()) {
            connection.setAutoCommit(false);
            add(connection, 1);
            pass(now, 100_000);
            add(connection, 1);
            connection.commit();
        }
        assertThat(amount()).isEqualTo(2);
    }

    @Test
    void theDatabaseEndsAStatementThatTakesLongerThanTheTransactionMay() throws Exception {
        AtomicLong standing = new AtomicLong();
        FencedDataSource limited =
                guarded.withTransactionLimit(Duration.ofSeconds(3)).withTicker(standing::get);
        try (Lease lease = first.tryAcquire(request).orElseThrow();
                Connection connection = limited.getConnection()) {
            connection.setAutoCommit(false);
            lease.call(() -> {
                try (Statement statement = connection.createStatement()) {
                    assertThatThrownBy(() -> {
                                boolean unused = statement.execute(longQuery());
                            })
                            .isInstanceOf(SQLException.class);
                }
                connection.rollback();
                add(connection, 1);
                connection.commit();
                return true;
            });
        }
        assertThat(amount()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"77, 30, 8", "6, 6, 6", "0, 30, 8"})
    void aConnectionGoesBackToItsPoolWithTheLimitsThatItHad(long before, long statement, long idle) throws Exception {
        AtomicLong now = new AtomicLong();
        try (HikariDataSource one = new HikariDataSource();
                Lease lease = first.tryAcquire(request).orElseThrow()) {
            one.setJdbcUrl(raw.getJdbcUrl());
            one.setUsername(raw.getUsername());
            one.setPassword(raw.getPassword());
            one.setMaximumPoolSize(1);
            one.setConnectionInitSql(limitSession(before));
            FencedDataSource limited = new FencedDataSource(one, fence)
                    .withTransactionLimit(Duration.ofSeconds(30))
                    .withTicker(now::get);
            for (Ending end : List.<Ending>of(
                    Connection::commit, Connection::rollback, connection -> pass(now, 31), connection -> {
                        pass(now, 31);
                        requireTooOld(connection::commit, "PT30S", "PT31S");
                    })) {
                lease.call(() -> {
                    try (Connection connection = limited.getConnection()) {
                        connection.setAutoCommit(false);
                        add(connection, 1);
                        connection.commit();
                        add(connection, 1);
                        assertThat(text(connection, sessionLimits())).isEqualTo(limits(statement, idle));
                        end.of(connection);
                    }
                    return true;
                });
                try (Connection connection = one.getConnection()) {
                    assertThat(text(connection, sessionLimits())).isEqualTo(limits(before, before));
                }
            }
        }
    }

    @FunctionalInterface
    private interface Ending {
        void of(Connection connection) throws SQLException;
    }

    private static void pass(AtomicLong now, long seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private static void requireTooOld(ThrowingCallable call, String limit, String age) {
        assertThatThrownBy(call)
                .isInstanceOf(TransactionLimitException.class)
                .hasMessage("a guarded transaction must end within " + limit + " but was " + age
                        + " old; it was rolled back");
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
