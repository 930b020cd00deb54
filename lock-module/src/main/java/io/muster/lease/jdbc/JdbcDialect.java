package io.muster.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * The SQL that differs between databases. Time is always the database's, read when a statement runs: not the transaction's
 * begin, which may be long ago.
 *
 * @param schema the file's name part
 * @param now the present moment
 * @param later a moment, a number of microseconds (one parameter or column) after now
 * @param past a moment that is always over
 * @param remainingMicros from now to {@code expires_at}
 * @param epochMillis the time of day
 * @param nextToken draws a token
 * @param tokenReturned whether the acquiring update answers the token as a result; by generated keys otherwise
 * @param returning frames the acquiring update so that it answers the token
 */
record JdbcDialect(
        String schema,
        String now,
        String later,
        String past,
        String remainingMicros,
        String epochMillis,
        String nextToken,
        boolean tokenReturned,
        String returning) {

    private static final JdbcDialect POSTGRESQL = new JdbcDialect(
            "postgresql",
            "clock_timestamp()",
            "clock_timestamp() + %s * INTERVAL '1 microsecond'",
            "TIMESTAMPTZ '1970-01-02 00:00:00+00'",
            "CAST(EXTRACT(EPOCH FROM (expires_at - clock_timestamp())) * 1000000 AS BIGINT)",
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            "nextval('muster_lease_token')",
            true,
            "%s RETURNING token");

    // UTC_TIMESTAMP is the statement's begin. SYSDATE would be later by a wait for the row, but it is in the session's
    // time
    // zone, whose hours repeat in autumn; and an earlier now only refuses more and grants less.
    private static final JdbcDialect MARIADB = new JdbcDialect(
            "mariadb",
            "UTC_TIMESTAMP(6)",
            "UTC_TIMESTAMP(6) + INTERVAL %s MICROSECOND",
            "TIMESTAMP '1970-01-02 00:00:00'",
            "TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), expires_at)",
            "CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
            "LAST_INSERT_ID(NEXT VALUE FOR muster_lease_token)",
            false,
            "%s");

    private static final JdbcDialect H2 = new JdbcDialect(
            "h2",
            "CURRENT_TIMESTAMP(6)",
            "DATEADD(MICROSECOND, %s, CURRENT_TIMESTAMP(6))",
            "TIMESTAMP WITH TIME ZONE '1970-01-02 00:00:00+00'",
            "DATEDIFF(MICROSECOND, CURRENT_TIMESTAMP(6), expires_at)",
            "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(6)) * 1000 AS BIGINT)",
            "NEXT VALUE FOR muster_lease_token",
            true,
            "SELECT token FROM FINAL TABLE (%s)");

    /** @throws IllegalArgumentException if this database is none of those that are supported */
    static JdbcDialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> POSTGRESQL;
            case "MariaDB" -> MARIADB;
            case "H2" -> H2;
            default ->
                throw new IllegalArgumentException(
                        "the database must be PostgreSQL, MariaDB or H2 but was \"" + product + "\"");
        };
    }

    /**
     * Lets the database end the session of a transaction that does nothing for so long; answers a condition to add to the
     * transaction's first update. MariaDB has this limit for the session only, where it stays until {@link #liftIdleLimit}.
     */
    String idleLimit(Connection connection, Duration limit) throws SQLException {
        long seconds = Math.max(1, limit.toSeconds());
        if (schema.equals("postgresql")) {
            return " AND set_config('idle_in_transaction_session_timeout', '" + seconds + "s', true) IS NOT NULL";
        }
        if (schema.equals("mariadb")) {
            try (Statement statement = connection.createStatement()) {
                boolean unused = statement.execute("SET SESSION idle_transaction_timeout = " + seconds);
            }
        }
        return "";
    }

    void liftIdleLimit(Connection connection) throws SQLException {
        if (schema.equals("mariadb")) {
            try (Statement statement = connection.createStatement()) {
                boolean unused = statement.execute("SET SESSION idle_transaction_timeout = DEFAULT");
            }
        }
    }

    /** Inserts a row of {@code muster_fence} unless there is one, which H2 answers with a violated constraint. */
    String insertFence() {
        String insert = "INSERT INTO muster_fence (resource, token) VALUES (?, ?)";
        return switch (schema) {
            case "postgresql" -> insert + " ON CONFLICT DO NOTHING";
            case "mariadb" -> insert.replace("INSERT", "INSERT IGNORE");
            default -> insert;
        };
    }
}
