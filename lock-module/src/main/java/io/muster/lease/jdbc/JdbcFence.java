package io.muster.lease.jdbc;

import io.muster.lease.Fence;
import io.muster.lease.StaleFenceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Guards what is in a database, by a row for each resource in the table {@code muster_fence} of the same database. The check
 * is the first statement of the transaction that writes: it locks the row until the end, so a newer holder, who raises
 * the row before it reads, waits for that end or is before it. {@link FencedDataSource} does it by itself.
 *
 * <p>The row's lock makes guarded transactions of one resource run one after the other. Thread-safe.
 */
public final class JdbcFence implements Fence {
    private static final String UPDATE = "UPDATE muster_fence SET token = ? WHERE resource = ? AND token <= ?";
    private static final String SEEN = "SELECT token FROM muster_fence WHERE resource = ?";
    private static final Duration RAISE_WAIT = Duration.ofSeconds(60);
    private static final Duration SEEN_WAIT = Duration.ofSeconds(5);
    /** By so much longer than a statement's limit, which the database keeps itself while it can be reached. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final OwnConnections raising;
    private final OwnConnections reading;
    private final JdbcDialect dialect;
    private final SessionLimits limits;
    private final int raiseSeconds;

    private JdbcFence(DataSource dataSource, JdbcDialect dialect, SessionLimits limits, Duration raiseWait) {
        this.raising = new OwnConnections(dataSource, raiseWait.plus(SILENCE));
        this.reading = new OwnConnections(dataSource, SEEN_WAIT.plus(SILENCE));
        this.dialect = dialect;
        this.limits = limits;
        this.raiseSeconds = Math.toIntExact(raiseWait.toSeconds());
    }

    /**
     * A fence in the database that it guards.
     *
     * @param dataSource not a {@link FencedDataSource}; has the schema ({@link JdbcSchema})
     * @throws IllegalArgumentException if the database is none of those that are supported
     * @throws SQLException if it cannot be reached or has no schema
     */
    public static JdbcFence open(DataSource dataSource) throws SQLException {
        return open(dataSource, RAISE_WAIT);
    }

    /** @param raiseWait how long a transaction under way is waited for, in whole seconds */
    static JdbcFence open(DataSource dataSource, Duration raiseWait) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            JdbcDialect dialect = JdbcDialect.of(connection);
            try (PreparedStatement statement =
                            connection.prepareStatement("SELECT token FROM muster_fence WHERE resource = ''");
                    ResultSet result = statement.executeQuery()) {
                boolean unused = result.next();
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return new JdbcFence(dataSource, dialect, dialect.limits(connection), raiseWait);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits for guarded transactions under way, a minute at most, or as long as the database waits for a lock where that is less
     * (by default MariaDB 50 seconds, H2 two); five seconds more for a network that is silent. The pool's own limit comes before.
     *
     * @throws IllegalStateException if the database refuses or is silent, or a transaction goes on for too long
     */
    @Override
    public void raise(String resource, long token) {
        Fence.requireValid(resource, token);
        try {
            long unused = raising.call(connection -> {
                take(connection, "", resource, token);
                return token;
            });
        } catch (SQLException e) {
            throw new IllegalStateException("fence of resource \"" + resource + "\" could not be raised", e);
        }
    }

    /**
     * The largest token that was seen of a resource, by committed transactions; zero for none. It can be larger the moment after,
     * never smaller. Waits for no transaction.
     *
     * @throws IllegalStateException if the database refuses, or does not answer within five seconds, ten when it cannot say so
     */
    public long seen(String resource) {
        try {
            return reading.call(connection -> {
                try (PreparedStatement statement = connection.prepareStatement(SEEN)) {
                    dialect.limit(statement, (int) SEEN_WAIT.toSeconds());
                    statement.setString(1, resource);
                    try (ResultSet result = statement.executeQuery()) {
                        return result.next() ? result.getLong(1) : 0L;
                    }
                }
            });
        } catch (SQLException e) {
            throw new IllegalStateException("fence of resource \"" + resource + "\" could not be read", e);
        }
    }

    /**
     * Checks a token as the first statement of a transaction, and keeps newer holders waiting until its end.
     *
     * @param connection not in autocommit, with a transaction that has done nothing yet
     * @param idleLimit after which the database ends the session when the transaction does nothing: a process that is frozen
     *     here would keep its successor waiting. On MariaDB it stays with the session; H2 has no such limit
     * @throws StaleFenceException if a larger token was seen; the transaction has done nothing
     * @throws IllegalStateException if the connection is in autocommit
     * @throws IllegalArgumentException if the resource is no name, the token not of 1 to 53 bits, or the limit not positive
     */
    public void check(Connection connection, String resource, long token, Duration idleLimit) throws SQLException {
        check(connection, resource, token, idleLimit, null);
    }

    /**
     * As {@link #check(Connection, String, long, Duration)}, for whoever calls {@link #leave} when the connection is given back.
     *
     * @param transactionLimit after which the database ends each statement, and where it can the transaction; null for none
     */
    void check(
            Connection connection, String resource, long token, Duration idleLimit, @Nullable Duration transactionLimit)
            throws SQLException {
        Fence.requireValid(resource, token);
        if (idleLimit.isZero() || idleLimit.isNegative()) {
            throw new IllegalArgumentException("idleLimit must be positive but was " + idleLimit);
        }
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("a check in autocommit guards nothing; begin a transaction");
        }
        String limit = limits.set(connection, idleLimit, transactionLimit);
        take(connection, limit, resource, token);
    }

    /** Before a connection that was checked goes back to its pool. */
    void leave(Connection connection) throws SQLException {
        limits.lift(connection);
    }

    /**
     * For a guard by row, which lets writes to different rows run at the same time: {@code UPDATE … SET …, fence = :token
     * WHERE … AND fence <= :token}.
     *
     * @param written the rows that the update has changed
     * @throws StaleFenceException if none
     */
    public static void requireWritten(int written, String resource, long token) {
        if (written == 0) {
            throw new StaleFenceException(resource, token);
        }
    }

    private void take(Connection connection, String limit, String resource, long token) throws SQLException {
        if (lock(connection, limit, resource, token) == 1) {
            return;
        }
        insertIfMissing(connection, resource, token);
        if (lock(connection, limit, resource, token) != 1) {
            throw new StaleFenceException(resource, token);
        }
    }

    /** On this very connection: its update of a row that is missing may have locked the gap against others. */
    private void insertIfMissing(Connection connection, String resource, long token) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(dialect.insertFence())) {
            dialect.limit(statement, raiseSeconds);
            statement.setString(1, resource);
            statement.setLong(2, token);
            int unused = statement.executeUpdate();
        } catch (SQLException e) {
            if (e.getSQLState() == null || !e.getSQLState().startsWith("23")) {
                throw e;
            }
        }
    }

    private int lock(Connection connection, String limit, String resource, long token) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE + limit)) {
            dialect.limit(statement, raiseSeconds);
            statement.setLong(1, token);
            statement.setString(2, resource);
            statement.setLong(3, token);
            return statement.executeUpdate();
        }
    }
}
