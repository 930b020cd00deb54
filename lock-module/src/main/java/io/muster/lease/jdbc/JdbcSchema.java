package io.muster.lease.jdbc;

import io.muster.lease.store.TokenEpoch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * The tables {@code muster_lease} and {@code muster_fence} and the sequence {@code muster_lease_token}. The scripts
 * {@code io/muster/lease/jdbc/schema-*.sql} are for those who create them by other means.
 */
public final class JdbcSchema {
    private static final Pattern COMMENT = Pattern.compile("(?m)^--.*$");
    private static final Pattern END = Pattern.compile(";");
    private static final String SHIPPED_START = "1099511627777";
    private static final int TRIES = 3;

    private JdbcSchema() {}

    /**
     * Creates what is missing. Tokens begin at this millisecond of the day's epoch, by the database's clock: above those of a
     * schema that was dropped before, unless that clock went back. Several processes may do this at once.
     *
     * @throws IllegalArgumentException if the database is none of those that are supported
     * @throws SQLException if it refuses
     */
    public static void create(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(true);
            JdbcDialect dialect = JdbcDialect.of(connection);
            List<String> statements = statements(dialect, firstToken(connection, dialect));
            for (int tries = 1; ; tries++) {
                try {
                    run(connection, statements);
                    return;
                } catch (SQLException e) {
                    // Two that create the same table at once: one of them may fail.
                    if (tries == TRIES) {
                        throw e;
                    }
                }
            }
        }
    }

    /**
     * Lets tokens go on above all that were given before. For operators, while no lease is taken, after the database was restored
     * from a backup or has lost its last transactions: the tokens that were given since would come again otherwise, and
     * fences elsewhere have seen them. Any number of times a day. It relies on the database's clock, and on fewer than 8192
     * grants per millisecond.
     *
     * @throws SQLException if the database refuses
     */
    public static void beginEpoch(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(true);
            JdbcDialect dialect = JdbcDialect.of(connection);
            long last = number(connection, "SELECT COALESCE(MAX(token), 0) FROM muster_lease");
            long now = firstToken(connection, dialect);
            // Only a clock that went back is below what it gave; nothing but the next epoch is above then.
            long start = now > last ? now : (((last >> TokenEpoch.COUNTER_BITS) + 1) << TokenEpoch.COUNTER_BITS) + 1;
            run(connection, List.of("ALTER SEQUENCE muster_lease_token RESTART WITH " + start));
        }
    }

    private static long firstToken(Connection connection, JdbcDialect dialect) throws SQLException {
        long millis = number(connection, "SELECT " + dialect.epochMillis());
        return TokenEpoch.ofMillisecond(Instant.ofEpochMilli(millis)) + 1;
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            boolean unused = result.next();
            return result.getLong(1);
        }
    }

    private static void run(Connection connection, List<String> statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                boolean unused = statement.execute(sql);
            }
        }
    }

    private static List<String> statements(JdbcDialect dialect, long firstToken) {
        String file = "schema-" + dialect.schema() + ".sql";
        try (InputStream in = JdbcSchema.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing");
            }
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(SHIPPED_START, Long.toString(firstToken));
            return Arrays.stream(END.split(COMMENT.matcher(script).replaceAll("")))
                    .map(String::strip)
                    .filter(sql -> !sql.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }
}
