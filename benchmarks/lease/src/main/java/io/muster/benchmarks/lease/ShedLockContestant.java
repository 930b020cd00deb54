package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** ShedLock's provider itself, without its keep-alive. */
final class ShedLockContestant implements Contestant {
    private static final Duration AT_MOST = Duration.ofSeconds(15);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final LockProvider provider;
    private final AutoCloseable connections;
    private @Nullable SimpleLock renewed;

    private ShedLockContestant(LockProvider provider, AutoCloseable connections) {
        this.provider = provider;
        this.connections = connections;
    }

    static ShedLockContestant open(Address address) {
        if (address.backend() == Backend.REDIS) {
            LettuceConnectionFactory connections = ShedLocks.connections(address);
            return new ShedLockContestant(ShedLocks.overRedis(connections), connections::destroy);
        }
        HikariDataSource pool = address.pool();
        return new ShedLockContestant(ShedLocks.overJdbc(pool), pool);
    }

    @Override
    public String name() {
        return "ShedLock";
    }

    @Override
    public void acquireAndRelease() {
        provider.lock(ShedLocks.request("bench", AT_MOST)).orElseThrow().unlock();
    }

    @Override
    public boolean renews() {
        return true;
    }

    @Override
    public void renew() {
        SimpleLock lock = renewed == null
                ? provider.lock(ShedLocks.request("renewed", LONG)).orElseThrow()
                : renewed;
        renewed = lock.extend(LONG, Duration.ZERO).orElseThrow();
    }

    @Override
    public void close() {
        try {
            connections.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
