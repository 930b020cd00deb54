package io.muster.lease.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a guarded transaction that the database keeps by itself, also when its client is frozen: how long it does
 * nothing, how long one statement takes, and, where the database knows it, how old it is. What the application has set and is
 * shorter stays. On PostgreSQL they end with the transaction. MariaDB and H2 have them for the session, where they stay until
 * {@link #lift} brings back those before, which the session remembers in variables.
 *
 * @param schema of the dialect
 * @param knowsTransactions whether there is {@code transaction_timeout}, as since PostgreSQL 17
 */
record SessionLimits(String schema, boolean knowsTransactions) {
    private static final long MAX_SECONDS = Duration.ofDays(1).toSeconds();

    /**
     * Sets them; answers a condition to add to the transaction's first update.
     *
     * @param idle a day at most is kept, in whole seconds
     * @param transaction likewise, for each statement and the whole; null for no such limit
     */
    String set(Connection connection, Duration idle, @Nullable Duration transaction) throws SQLException {
        long idleSeconds = seconds(idle);
        switch (schema) {
            case "postgresql" -> {
                String whole = transaction == null
                        ? ""
                        : local("statement_timeout", seconds(transaction))
                                + (knowsTransactions ? local("transaction_timeout", seconds(transaction)) : "");
                return local("idle_in_transaction_session_timeout", idleSeconds) + whole;
            }
            case "mariadb" ->
                execute(
                        connection,
                        "SET " + session("idle_transaction_timeout", "@muster_idle", "UNSIGNED", idleSeconds)
                                + (transaction == null
                                        ? ""
                                        : ", "
                                                + session(
                                                        "max_statement_time",
                                                        "@muster_statement",
                                                        "DECIMAL(20, 6)",
                                                        seconds(transaction))));
            default -> {
                if (transaction != null) {
                    limitStatements(connection, seconds(transaction));
                }
            }
        }
        return "";
    }

    void lift(Connection connection) throws SQLException {
        switch (schema) {
            case "mariadb" ->
                execute(
                        connection,
                        "SET SESSION idle_transaction_timeout = CAST(COALESCE(@muster_idle, "
                                + "@@SESSION.idle_transaction_timeout) AS UNSIGNED), SESSION max_statement_time = "
                                + "CAST(COALESCE(@muster_statement, @@SESSION.max_statement_time) AS DECIMAL(20, 6)), "
                                + "@muster_idle = NULL, @muster_statement = NULL");
            case "h2" -> liftStatements(connection);
            default -> {}
        }
    }

    private static long seconds(Duration limit) {
        return Math.max(1, Math.min(MAX_SECONDS, limit.toSeconds()));
    }

    /** For the transaction alone. */
    private static String local(String setting, long seconds) {
        String now = "current_setting('" + setting + "')";
        return " AND set_config('" + setting + "', CASE WHEN CAST(" + now
                + " AS INTERVAL) BETWEEN INTERVAL '1 millisecond'" + " AND INTERVAL '" + seconds + " seconds' THEN "
                + now + " ELSE '" + seconds + "s' END, true) IS NOT NULL";
    }

    /** Both values are computed before either is set. */
    private static String session(String setting, String before, String type, long seconds) {
        String now = "@@SESSION." + setting;
        return before + " = CAST(COALESCE(" + before + ", " + now + ") AS " + type + "), SESSION " + setting + " = IF("
                + now + " > 0 AND " + now + " < " + seconds + ", " + now + ", " + seconds + ")";
    }

    /** A statement's limit is the session's on H2. */
    private static void limitStatements(Connection connection, long seconds) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int before = statement.getQueryTimeout();
            boolean unused = statement.execute("SET @muster_statement = COALESCE(@muster_statement, " + before + ")");
            if (before == 0 || before > seconds) {
                statement.setQueryTimeout((int) seconds);
            }
        }
    }

    private static void liftStatements(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String before;
            try (ResultSet result = statement.executeQuery("SELECT @muster_statement")) {
                before = result.next() ? result.getString(1) : null;
            }
            if (before != null) {
                statement.setQueryTimeout(Integer.parseInt(before));
                boolean unused = statement.execute("SET @muster_statement = NULL");
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(sql);
        }
    }
}
