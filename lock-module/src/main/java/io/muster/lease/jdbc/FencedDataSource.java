package io.muster.lease.jdbc;

import io.muster.lease.FencingContext;
import io.muster.lease.LeaseContext;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A data source that nobody can forget to guard: on a thread that works under leases with declared resources
 * ({@link LeaseContext}), or for a request that has brought fencing tokens ({@link FencingContext}), the first statement of each read-write transaction is preceded by the check of the fences, and
 *
 * <ul>
 * <li>a statement in autocommit or in a read-only transaction is refused unless it is plainly a query;
 * <li>a transaction that had begun before the lease is refused: what it has read may be old;
 * <li>a statement is refused once the lease is lost;
 * <li>the database ends a fenced transaction that does nothing for the TTL of its lease, or the request's limit, on PostgreSQL
 *     and MariaDB.
 * </ul>
 *
 * <p>The refusals are {@link IllegalStateException}, {@link io.muster.lease.StaleFenceException} and
 * {@link io.muster.lease.LeaseLostException}. A commit is not refused: its transaction holds the fence, and a newer holder waits
 * for it. Without such a lease or token everything is as it was. It prevents forgetting, not intent: {@code unwrap}, functions that
 * write when they are selected, and threads that do not carry the lease get past it.
 */
public final class FencedDataSource implements DataSource {
    private final DataSource dataSource;
    private final Supplier<JdbcFence> fence;

    /**
     * Guards a data source.
     *
     * @param dataSource of the database in which the fence is
     * @param fence opened over this data source itself, not over the guarded one
     */
    public FencedDataSource(DataSource dataSource, JdbcFence fence) {
        this(dataSource, () -> fence);
    }

    /**
     * Guards a data source whose schema may not be there yet.
     *
     * @param dataSource of the database in which the fence is
     * @param fence gives the fence opened over this data source; asked for each transaction that is to be fenced, not before
     */
    public FencedDataSource(DataSource dataSource, Supplier<JdbcFence> fence) {
        this.dataSource = dataSource;
        this.fence = fence;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return FencedConnection.around(dataSource.getConnection(), fence);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return FencedConnection.around(dataSource.getConnection(username, password), fence);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return dataSource.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        dataSource.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        dataSource.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return dataSource.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return dataSource.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this)
                ? type.cast(this)
                : type.isInstance(dataSource) ? type.cast(dataSource) : dataSource.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(dataSource) || dataSource.isWrapperFor(type);
    }
}
