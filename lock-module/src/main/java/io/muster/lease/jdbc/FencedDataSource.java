package io.muster.lease.jdbc;

import io.muster.lease.FencingContext;
import io.muster.lease.LeaseContext;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.function.LongSupplier;
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
 *     and MariaDB;
 * <li>a fenced transaction that is older than its limit, by default four times as long, is rolled back when it goes on: its
 *     statements and its commit are refused. The database ends a statement that takes that long, and PostgreSQL 17 and newer the whole
 *     transaction; where it does not, one whose client is frozen in its last statement keeps newer holders waiting for twice the
 *     limit and the time to do nothing, at most.
 * </ul>
 *
 * <p>The refusals are {@link IllegalStateException}, {@link TransactionLimitException}, which is one,
 * {@link io.muster.lease.StaleFenceException} and {@link io.muster.lease.LeaseLostException}. A commit in time is not refused: its
 * transaction holds the fence, and a newer holder waits for it. What the database limits is as before once the connection is
 * closed. Without such a lease or token everything is as it was. Statements, results and descriptions that a connection hands out
 * lead back to it. It prevents forgetting, not intent: {@code unwrap} to classes of the driver or the pool, functions that write when
 * they are selected, procedures that commit within, and threads that do not carry the lease get past it.
 */
public final class FencedDataSource implements DataSource {
    private final DataSource dataSource;
    private final Supplier<JdbcFence> fence;
    private final GuardLimits limits;

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
        this(dataSource, fence, new GuardLimits(System::nanoTime, null));
    }

    private FencedDataSource(DataSource dataSource, Supplier<JdbcFence> fence, GuardLimits limits) {
        this.dataSource = dataSource;
        this.fence = fence;
        this.limits = limits;
    }

    /**
     * This one with another limit for fenced transactions. More lets a job do more in one transaction; less lets its successor start
     * sooner.
     *
     * @param limit from one second to one day; whole seconds are kept by the database
     * @throws IllegalArgumentException if it is out of range
     */
    public FencedDataSource withTransactionLimit(Duration limit) {
        return new FencedDataSource(dataSource, fence, new GuardLimits(limits.ticker(), limit));
    }

    /** @param ticker monotonic nanoseconds */
    FencedDataSource withTicker(LongSupplier ticker) {
        return new FencedDataSource(dataSource, fence, new GuardLimits(ticker, limits.transaction()));
    }

    @Override
    public Connection getConnection() throws SQLException {
        return FencedConnection.around(dataSource.getConnection(), fence, limits);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return FencedConnection.around(dataSource.getConnection(username, password), fence, limits);
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
