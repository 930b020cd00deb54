package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStoreException;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Our lease in a database, and its guard. Writes go in turns through the guarded data source, which refuses by itself what
 * is lost, and past it with the token alone, so that nothing but the fence decides.
 */
final class MusterJdbcHolder implements Holder {
    private final HikariDataSource pool;
    private final JdbcFence fence;
    private final DataSource guarded;
    private final JdbcLeaseStore store;
    private final Leases leases;
    private final LeaseRequest request;
    private volatile @Nullable Lease lease;

    private MusterJdbcHolder(HikariDataSource pool, String resource, String writer, Duration ttl) throws SQLException {
        this.pool = pool;
        this.fence = JdbcFence.open(pool);
        this.guarded = new FencedDataSource(pool, fence);
        this.store = JdbcLeaseStore.open(pool);
        LeaseSettings settings = LeaseSettings.defaults(writer).withTtl(ttl);
        this.leases = Leases.open(store, settings, List.of(fence), event -> {});
        this.request = LeaseRequest.of(resource).withResources(resource);
    }

    static MusterJdbcHolder open(Address address, String resource, String writer, Duration ttl) throws SQLException {
        return new MusterJdbcHolder(address.pool(), resource, writer, ttl);
    }

    @Override
    public boolean take() {
        try {
            Optional<Lease> taken = leases.tryAcquire(request);
            lease = taken.orElse(null);
            return taken.isPresent();
        } catch (LeaseStoreException | StaleFenceException e) {
            return false;
        }
    }

    @Override
    public void work(Runnable task) {
        held().run(task);
    }

    @Override
    public List<Write> writes() {
        return List.of(this::writeGuarded, this::writeByToken);
    }

    @Override
    public Commit begin(Entry entry) throws SQLException {
        Connection connection = guarded.getConnection();
        connection.setAutoCommit(false);
        Ledger.insert(connection, request.name(), entry);
        return () -> {
            try (connection) {
                connection.commit();
            }
        };
    }

    private void writeGuarded(Entry entry) throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            connection.setAutoCommit(false);
            Ledger.insert(connection, request.name(), entry);
            connection.commit();
        }
    }

    private void writeByToken(Entry entry) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            fence.check(connection, request.name(), held().fencingToken(), held().ttl());
            Ledger.insert(connection, request.name(), entry);
            connection.commit();
        }
    }

    private Lease held() {
        Lease taken = lease;
        if (taken == null) {
            throw new IllegalStateException("nothing was taken yet");
        }
        return taken;
    }

    @Override
    public void close() {
        leases.close();
        store.close();
        pool.close();
    }
}
