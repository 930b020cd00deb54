package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import io.lettuce.core.ScriptOutputType;
import io.muster.benchmarks.lease.TcpProxy.Way;
import io.muster.lease.Fence;
import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseEvent;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import io.muster.lease.redis.RedisFence;
import io.muster.lease.redis.RedisLeaseStore;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A holder whose store is behind a proxy, and whose guarded resource is not. Over JDBC its work ignores the interrupt, for the
 * guarded data source is to refuse what comes too late; in Redis, where a guard knows tokens and no deadlines, it ends.
 */
final class CutHolder implements AutoCloseable {
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final long AFTER_TTL_MILLIS = 3000;

    private final Backend backend;
    private final Address address;
    private final Way way;
    private final String resource;
    private final TcpProxy proxy;
    private final LeaseStore store;
    private final Leases leases;
    private final Holder.Write write;
    private final AtomicInteger suspected = new AtomicInteger();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private CutHolder(Address address, Way way) throws IOException, SQLException {
        this.backend = address.backend();
        this.address = address;
        this.way = way;
        this.resource = "cut-" + UUID.randomUUID();
        this.proxy = closing(TcpProxy.start(address.port()));
        Address behind = address.behind(proxy.port());
        Fence fence;
        if (backend == Backend.REDIS) {
            RedisFence guard = closing(RedisFence.open(address.redis()));
            fence = guard;
            this.store = closing(RedisLeaseStore.open(behind.redis()));
            this.write = entry -> append(guard, entry);
        } else {
            HikariDataSource direct = closing(address.pool());
            JdbcFence guard = JdbcFence.open(direct);
            DataSource guarded = new FencedDataSource(direct, guard);
            fence = guard;
            this.store = closing(JdbcLeaseStore.open(closing(behind.pool())));
            this.write = entry -> insert(guarded, entry);
        }
        LeaseSettings settings = LeaseSettings.defaults("holder").withTtl(TTL).withAllowWeakStore(true);
        this.leases = Leases.open(store, settings, List.of(fence), this::heard);
    }

    static CutHolder open(Address address, Way way) throws IOException, SQLException {
        return new CutHolder(address, way);
    }

    /** Cuts for a second that many times, then once for longer than the TTL, and watches what is written. */
    Cut.Result run(int shortCuts) throws Exception {
        Lease lease = leases.tryAcquire(LeaseRequest.of(resource).withResources(resource))
                .orElseThrow();
        CutWork work = new CutWork(lease, write, backend == Backend.REDIS);
        Thread thread = new Thread(() -> lease.run(work), "work");
        thread.setDaemon(true);
        thread.start();
        for (int i = 0; i < shortCuts; i++) {
            TimeUnit.MILLISECONDS.sleep(1500);
            proxy.cut(way);
            TimeUnit.MILLISECONDS.sleep(1000);
            proxy.heal();
        }
        TimeUnit.MILLISECONDS.sleep(1500);
        int lost = lease.isHeld() ? 0 : 1;
        int noticed = suspected.get();
        long before = Ledger.read(address, resource).size();
        long cutAt = System.nanoTime();
        proxy.cut(way);
        TimeUnit.MILLISECONDS.sleep(TTL.toMillis() + AFTER_TTL_MILLIS);
        proxy.heal();
        TimeUnit.MILLISECONDS.sleep(2000);
        work.stop();
        thread.join(5000);
        long deadline = work.deadline();
        if (deadline - cutAt > TTL.toNanos()) {
            throw new IOException("the deadline is later than a TTL after the cut of " + backend.label());
        }
        if (before == 0 || !work.wasInterrupted()) {
            throw new IOException("there was no work, or it was not interrupted, on " + backend.label());
        }
        long late = StaleWrites.begunAfter(Ledger.read(address, resource), deadline);
        return new Cut.Result(
                backend,
                way,
                lost,
                noticed,
                before,
                late,
                (deadline - work.interruptedAt()) / 1e6,
                (work.interruptedAt() - cutAt) / 1e9,
                work.refused());
    }

    private void heard(LeaseEvent event) {
        if (event instanceof LeaseEvent.Suspect) {
            suspected.incrementAndGet();
        }
    }

    private void append(RedisFence guard, Entry entry) {
        Object unused = guard.eval(
                resource,
                LeaseContext.current().fencingToken(),
                MusterRedisHolder.APPEND,
                ScriptOutputType.INTEGER,
                List.of(Ledger.key(resource)),
                List.of(entry.text()));
    }

    private void insert(DataSource guarded, Entry entry) throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            connection.setAutoCommit(false);
            Ledger.insert(connection, resource, entry);
            connection.commit();
        }
    }

    private <T extends AutoCloseable> T closing(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        leases.close();
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
