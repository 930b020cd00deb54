package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.AcquireRequest;
import io.muster.lease.LeaseStore.Grant.Granted;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.Leases;
import io.muster.lease.jdbc.JdbcLeaseStore;
import io.muster.lease.redis.RedisLeaseStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Ours: leases as a program takes them, renewed by a call of the store, which is what the renewer does. */
final class MusterContestant implements Contestant {
    private static final Duration TTL = Duration.ofMinutes(10);

    private final LeaseStore store;
    private final Leases leases;
    private final int batch;
    private final AutoCloseable pool;
    private List<LeaseKey> keys = List.of();

    private MusterContestant(LeaseStore store, int batch, AutoCloseable pool) {
        this.store = store;
        this.batch = batch;
        this.pool = pool;
        this.leases = Leases.open(store, LeaseSettings.defaults("bench").withAllowWeakStore(true));
    }

    /** @param batch how many leases one renewal renews */
    static MusterContestant open(Address address, int batch) throws SQLException {
        if (address.backend() == Backend.REDIS) {
            return new MusterContestant(RedisLeaseStore.open(address.redis()), batch, () -> {});
        }
        HikariDataSource pool = address.pool();
        return new MusterContestant(JdbcLeaseStore.open(pool), batch, pool);
    }

    @Override
    public String name() {
        return "Muster";
    }

    @Override
    public void acquireAndRelease() {
        leases.tryAcquire("bench").orElseThrow().close();
    }

    @Override
    public boolean renews() {
        return true;
    }

    @Override
    public void renew() {
        if (keys.isEmpty()) {
            keys = take();
        }
        if (store.renew(keys).toCompletableFuture().join().size() != batch) {
            throw new IllegalStateException("a lease was lost");
        }
    }

    private List<LeaseKey> take() {
        List<LeaseKey> taken = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            AcquireRequest request =
                    new AcquireRequest("renewed " + UUID.randomUUID(), "bench", UUID.randomUUID(), TTL, null);
            taken.add(((Granted) store.acquire(request).toCompletableFuture().join()).key());
        }
        return taken;
    }

    @Override
    public void close() {
        leases.close();
        store.close();
        try {
            pool.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
