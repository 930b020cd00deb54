package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseSettings;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * Our lease in a database, and its guard. Writes go in turns through the guarded data source, which refuses by itself what
 * is lost, and past it with the token alone, so that nothing but the fence decides.
 */
final class MusterJdbcHolder implements Holder {
    private final HikariDataSource pool;
    private final JdbcFence fence;
    private final DataSource guarded;
    private final String resource;
    private final HeldLease held;

    private MusterJdbcHolder(HikariDataSource pool, String resource, String writer, Duration ttl) throws SQLException {
        this.pool = pool;
        this.fence = JdbcFence.open(pool);
        this.guarded = new FencedDataSource(pool, fence);
        this.resource = resource;
        LeaseSettings settings = LeaseSettings.defaults(writer).withTtl(ttl);
        this.held = new HeldLease(JdbcLeaseStore.open(pool), fence, settings, resource);
    }

    static MusterJdbcHolder open(Address address, String resource, String writer, Duration ttl) throws SQLException {
        return new MusterJdbcHolder(address.pool(), resource, writer, ttl);
    }

    @Override
    public boolean take() {
        return held.take();
    }

    @Override
    public void work(Runnable task) {
        held.get().run(task);
    }

    @Override
    public List<Write> writes() {
        return List.of(this::writeGuarded, this::writeByToken);
    }

    @Override
    public Commit begin(Entry entry) throws SQLException {
        Connection connection = guarded.getConnection();
        connection.setAutoCommit(false);
        Ledger.insert(connection, resource, entry);
        return () -> {
            try (connection) {
                connection.commit();
            }
        };
    }

    private void writeGuarded(Entry entry) throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            connection.setAutoCommit(false);
            Ledger.insert(connection, resource, entry);
            connection.commit();
        }
    }

    private void writeByToken(Entry entry) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            fence.check(
                    connection, resource, held.get().fencingToken(), held.get().ttl());
            Ledger.insert(connection, resource, entry);
            connection.commit();
        }
    }

    @Override
    public void close() {
        held.close();
        pool.close();
    }
}
