package io.muster.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

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
 * @param nextToken draws a token from the sequence; above the row's own also where a sequence lags, as one with a cache in each
 *     session or on each node of a cluster does
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
    /** A version of PostgreSQL. */
    private static final int TRANSACTION_TIMEOUT_SINCE = 17;

    private static final JdbcDialect POSTGRESQL = new JdbcDialect(
            "postgresql",
            "clock_timestamp()",
            "clock_timestamp() + %s * INTERVAL '1 microsecond'",
            "TIMESTAMPTZ '1970-01-02 00:00:00+00'",
            "CAST(EXTRACT(EPOCH FROM (expires_at - clock_timestamp())) * 1000000 AS BIGINT)",
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            "GREATEST(token + 1, nextval('muster_lease_token'))",
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
            "LAST_INSERT_ID(GREATEST(token + 1, NEXT VALUE FOR muster_lease_token))",
            false,
            "%s");

    private static final JdbcDialect H2 = new JdbcDialect(
            "h2",
            "CURRENT_TIMESTAMP(6)",
            "DATEADD(MICROSECOND, %s, CURRENT_TIMESTAMP(6))",
            "TIMESTAMP WITH TIME ZONE '1970-01-02 00:00:00+00'",
            "DATEDIFF(MICROSECOND, CURRENT_TIMESTAMP(6), expires_at)",
            "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(6)) * 1000 AS BIGINT)",
            "GREATEST(token + 1, NEXT VALUE FOR muster_lease_token)",
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

    SessionLimits limits(Connection connection) throws SQLException {
        boolean knowsTransactions = schema.equals("postgresql")
                && connection.getMetaData().getDatabaseMajorVersion() >= TRANSACTION_TIMEOUT_SINCE;
        return new SessionLimits(schema, knowsTransactions);
    }

    /** Limits a statement, and on H2 nothing: it has no such limit but one of the session, which would outlive the statement. */
    void limit(Statement statement, int seconds) throws SQLException {
        if (!schema.equals("h2")) {
            statement.setQueryTimeout(seconds);
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
