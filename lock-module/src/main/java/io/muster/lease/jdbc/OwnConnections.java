package io.muster.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections for one call each, in autocommit, that break when the network is silent for too long. They go back as they were.
 * Thread-safe.
 */
final class OwnConnections {
    private static final Logger log = LoggerFactory.getLogger(OwnConnections.class);

    private final DataSource dataSource;
    private final int silenceMillis;

    /** @param silence after which a connection is given up, where its driver can do that: not on H2 */
    OwnConnections(DataSource dataSource, Duration silence) {
        this.dataSource = dataSource;
        this.silenceMillis = Math.toIntExact(silence.toMillis());
    }

    @FunctionalInterface
    interface Call<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Blocks for the pool and the database. */
    <T> T call(Call<T> call) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            int networkMillis = limitNetwork(connection, silenceMillis);
            try {
                if (!autoCommit) {
                    connection.setAutoCommit(true);
                }
                return call.on(connection);
            } finally {
                restore(connection, autoCommit, networkMillis);
            }
        }
    }

    /** Not every pool does; and what was decided stays decided when this fails. */
    private static void restore(Connection connection, boolean autoCommit, int networkMillis) {
        try {
            if (!autoCommit) {
                connection.setAutoCommit(false);
            }
            int unused = limitNetwork(connection, networkMillis);
        } catch (SQLException e) {
            log.debug("The connection is broken; its pool will find out", e);
        }
    }

    private static int limitNetwork(Connection connection, int millis) throws SQLException {
        try {
            int before = connection.getNetworkTimeout();
            Executor here = Runnable::run;
            connection.setNetworkTimeout(here, millis);
            return before;
        } catch (SQLFeatureNotSupportedException e) {
            return 0;
        }
    }
}
