package io.muster.lease.jdbc;

import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.LeaseStore.LeaseView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rules of leases as SQL. Each command is decided by one statement, which is its own transaction; what a command reads
 * afterwards only says why. A connection is in autocommit here.
 *
 * <p>The database's clock is a time of day and can be set back. A lease then has more time left than it ever may; whoever
 * is refused by such a one shortens it to its TTL.
 */
final class JdbcCommands {
    /** Between the update that finds a lease taken and the look at it, it can become free: then again, this often. */
    private static final int TRIES = 5;

    private final JdbcDialect dialect;
    private final int timeoutSeconds;
    private final String acquire;
    private final String read;
    private final String shorten;

    JdbcCommands(JdbcDialect dialect, int timeoutSeconds) {
        this.dialect = dialect;
        this.timeoutSeconds = timeoutSeconds;
        this.acquire = String.format(
                dialect.returning(),
                "UPDATE muster_lease SET holder = ?, request_id = ?, token = " + dialect.nextToken()
                        + ", ttl_micros = ?, expires_at = " + later("?") + " WHERE name = ? AND expires_at <= "
                        + dialect.now() + " AND request_id <> ? AND (completed_tick IS NULL OR completed_tick < ?)");
        this.read = "SELECT holder, request_id, token, ttl_micros, " + dialect.remainingMicros()
                + ", completed_tick FROM muster_lease WHERE name = ?";
        this.shorten = "UPDATE muster_lease SET expires_at = " + later("ttl_micros")
                + " WHERE name = ? AND token = ? AND expires_at > " + later("ttl_micros");
    }

    /** A lease as it is stored. */
    private record Row(
            String holder,
            String requestId,
            long token,
            long ttlMicros,
            long remainingMicros,
            @Nullable Instant completed) {
        boolean live() {
            return remainingMicros > 0;
        }

        Duration remaining() {
            return Duration.ofNanos(Math.max(0, remainingMicros) * 1000);
        }
    }

    Grant acquire(Connection connection, AcquireRequest request) throws SQLException {
        Row row = null;
        for (int i = 0; i < TRIES; i++) {
            Long token = tryAcquire(connection, request);
            if (token != null) {
                return new Grant.Granted(new LeaseKey(request.name(), token));
            }
            row = row(connection, request.name());
            if (row == null) {
                insert(connection, request.name());
                continue;
            }
            Grant refusal = whyNot(connection, request, row);
            if (refusal != null) {
                return refusal;
            }
        }
        return new Grant.Held(row == null ? "" : row.holder(), Duration.ZERO);
    }

    Set<LeaseKey> renew(Connection connection, Collection<LeaseKey> keys) throws SQLException {
        if (keys.isEmpty()) {
            return Set.of();
        }
        List<LeaseKey> list = List.copyOf(keys);
        // The names alone are enough for the index, which MariaDB does not use for pairs: it would lock every row.
        String which = "name IN (" + String.join(", ", Collections.nCopies(list.size(), "?"))
                + ") AND (name, token) IN (" + String.join(", ", Collections.nCopies(list.size(), "(?, ?)"))
                + ") AND expires_at > " + dialect.now();
        String update = "UPDATE muster_lease SET expires_at = " + later("ttl_micros") + " WHERE " + which;
        try (PreparedStatement statement = prepare(connection, update)) {
            bind(statement, list);
            if (statement.executeUpdate() == list.size()) {
                return new LinkedHashSet<>(list);
            }
        }
        Set<LeaseKey> live = new LinkedHashSet<>();
        try (PreparedStatement statement = prepare(connection, "SELECT name, token FROM muster_lease WHERE " + which)) {
            bind(statement, list);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    live.add(new LeaseKey(result.getString(1), result.getLong(2)));
                }
            }
        }
        return live;
    }

    boolean release(Connection connection, LeaseKey key, @Nullable Instant completed) throws SQLException {
        return end(connection, key, dialect.past(), List.of(), completed);
    }

    /** The TTL is what a renewal gives and what a lease may have left at most, so it grows with the rest. */
    boolean releaseLater(Connection connection, LeaseKey key, Duration rest, @Nullable Instant completed)
            throws SQLException {
        long micros = rest.toNanos() / 1000;
        String end = later("?") + ", ttl_micros = GREATEST(ttl_micros, ?)";
        return end(connection, key, end, List.of(micros, micros), completed);
    }

    private boolean end(Connection connection, LeaseKey key, String end, List<Long> values, @Nullable Instant completed)
            throws SQLException {
        String tick = completed == null ? "" : ", completed_tick = GREATEST(COALESCE(completed_tick, ?), ?)";
        try (PreparedStatement statement = prepare(
                connection,
                "UPDATE muster_lease SET expires_at = " + end + tick + " WHERE name = ? AND token = ? AND expires_at > "
                        + dialect.now())) {
            int index = 1;
            for (long value : values) {
                statement.setLong(index++, value);
            }
            if (completed != null) {
                statement.setLong(index++, completed.toEpochMilli());
                statement.setLong(index++, completed.toEpochMilli());
            }
            statement.setString(index++, key.name());
            statement.setLong(index, key.token());
            return statement.executeUpdate() == 1;
        }
    }

    boolean forceRelease(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = prepare(
                connection,
                "UPDATE muster_lease SET expires_at = " + dialect.past() + " WHERE name = ? AND expires_at > "
                        + dialect.now())) {
            statement.setString(1, name);
            return statement.executeUpdate() == 1;
        }
    }

    Optional<LeaseView> inspect(Connection connection, String name) throws SQLException {
        return Optional.ofNullable(row(connection, name))
                .filter(row -> row.token() > 0)
                .map(row -> new LeaseView(name, row.holder(), row.token(), row.remaining(), row.completed()));
    }

    private @Nullable Long tryAcquire(Connection connection, AcquireRequest request) throws SQLException {
        long ttlMicros = request.ttl().toNanos() / 1000;
        try (PreparedStatement statement = dialect.tokenReturned()
                ? prepare(connection, acquire)
                : connection.prepareStatement(acquire, Statement.RETURN_GENERATED_KEYS)) {
            dialect.limit(statement, timeoutSeconds);
            statement.setString(1, request.holder());
            statement.setString(2, request.requestId().toString());
            statement.setLong(3, ttlMicros);
            statement.setLong(4, ttlMicros);
            statement.setString(5, request.name());
            statement.setString(6, request.requestId().toString());
            statement.setLong(
                    7, request.tick() == null ? Long.MAX_VALUE : request.tick().toEpochMilli());
            if (dialect.tokenReturned()) {
                try (ResultSet result = statement.executeQuery()) {
                    return result.next() ? result.getLong(1) : null;
                }
            }
            return statement.executeUpdate() == 1 ? lastToken(statement) : null;
        }
    }

    private static long lastToken(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.getGeneratedKeys()) {
            if (!result.next()) {
                throw new SQLException("the driver did not answer the token that was drawn");
            }
            return result.getLong(1);
        }
    }

    /** Answers null when nothing is in the way any more. */
    private @Nullable Grant whyNot(Connection connection, AcquireRequest request, Row row) throws SQLException {
        if (row.live()) {
            if (row.requestId().equals(request.requestId().toString())) {
                return new Grant.Granted(new LeaseKey(request.name(), row.token()));
            }
            if (row.remainingMicros() > row.ttlMicros()) {
                shorten(connection, request.name(), row.token());
            }
            return new Grant.Held(row.holder(), row.remaining());
        }
        if (row.requestId().equals(request.requestId().toString())) {
            return new Grant.Held(row.holder(), Duration.ZERO);
        }
        Instant completed = row.completed();
        boolean ran =
                request.tick() != null && completed != null && !request.tick().isAfter(completed);
        return ran && completed != null ? new Grant.AlreadyRan(completed) : null;
    }

    private void shorten(Connection connection, String name, long token) throws SQLException {
        try (PreparedStatement statement = prepare(connection, shorten)) {
            statement.setString(1, name);
            statement.setLong(2, token);
            int unused = statement.executeUpdate();
        }
    }

    private void insert(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = prepare(
                connection,
                "INSERT INTO muster_lease (name, holder, request_id, token, ttl_micros, expires_at) VALUES (?, '', ?, 0, 0, "
                        + dialect.past() + ")")) {
            statement.setString(1, name);
            statement.setString(2, new UUID(0, 0).toString());
            int unused = statement.executeUpdate();
        } catch (SQLException e) {
            String state = e.getSQLState();
            // Somebody else inserted it meanwhile.
            if (state == null || !state.startsWith("23")) {
                throw e;
            }
        }
    }

    private @Nullable Row row(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = prepare(connection, read)) {
            statement.setString(1, name);
            try (ResultSet result = statement.executeQuery()) {
                if (!result.next()) {
                    return null;
                }
                long tick = result.getLong(6);
                Instant completed = result.wasNull() ? null : Instant.ofEpochMilli(tick);
                return new Row(
                        result.getString(1),
                        result.getString(2),
                        result.getLong(3),
                        result.getLong(4),
                        result.getLong(5),
                        completed);
            }
        }
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        dialect.limit(statement, timeoutSeconds);
        return statement;
    }

    private static void bind(PreparedStatement statement, List<LeaseKey> keys) throws SQLException {
        int index = 1;
        for (LeaseKey key : keys) {
            statement.setString(index++, key.name());
        }
        for (LeaseKey key : keys) {
            statement.setString(index++, key.name());
            statement.setLong(index++, key.token());
        }
    }

    private String later(String micros) {
        return String.format(dialect.later(), micros);
    }
}
