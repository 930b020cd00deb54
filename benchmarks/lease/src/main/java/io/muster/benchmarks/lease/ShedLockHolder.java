package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** ShedLock with its keep-alive provider. It has no token, so a write is just a write. */
final class ShedLockHolder implements Holder {
    private final LockProvider provider;
    private final ScheduledExecutorService keepAlive;
    private final String resource;
    private final Duration ttl;
    private final Write write;
    private final @Nullable HikariDataSource pool;
    private final AutoCloseable connections;

    private ShedLockHolder(
            ExtensibleLockProvider provider,
            String resource,
            Duration ttl,
            Write write,
            @Nullable HikariDataSource pool,
            AutoCloseable connections) {
        this.keepAlive = Executors.newSingleThreadScheduledExecutor();
        this.provider = new KeepAliveLockProvider(provider, keepAlive);
        this.resource = resource;
        this.ttl = ttl;
        this.write = write;
        this.pool = pool;
        this.connections = connections;
    }

    static ShedLockHolder overJdbc(Address address, String resource, Duration ttl) {
        HikariDataSource pool = address.pool();
        Write write = entry -> {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Ledger.insert(connection, resource, entry);
                connection.commit();
            }
        };
        return new ShedLockHolder(ShedLocks.overJdbc(pool), resource, ttl, write, pool, pool);
    }

    static ShedLockHolder overRedis(Address address, String resource, Duration ttl) {
        LettuceConnectionFactory connections = ShedLocks.connections(address);
        StringRedisTemplate redis = new StringRedisTemplate(connections);
        Write write = entry -> {
            Long unused = redis.opsForList().rightPush(Ledger.key(resource), entry.text());
        };
        return new ShedLockHolder(ShedLocks.overRedis(connections), resource, ttl, write, null, connections::destroy);
    }

    @Override
    public boolean take() {
        return provider.lock(ShedLocks.request(resource, ttl)).isPresent();
    }

    @Override
    public List<Write> writes() {
        return List.of(write);
    }

    @Override
    public Commit begin(Entry entry) throws SQLException {
        if (pool == null) {
            throw new UnsupportedOperationException("Redis has no transactions that stay open");
        }
        Connection connection = pool.getConnection();
        connection.setAutoCommit(false);
        Ledger.insert(connection, resource, entry);
        return () -> {
            try (connection) {
                connection.commit();
            }
        };
    }

    @Override
    public void close() {
        keepAlive.shutdownNow();
        try {
            connections.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
