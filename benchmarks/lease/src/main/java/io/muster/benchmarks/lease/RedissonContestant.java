package io.muster.benchmarks.lease;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RFencedLock;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

/** Redisson's lock or its fenced lock, each kept alive by its watchdog, which has no call of its own. */
final class RedissonContestant implements Contestant {
    private final RedissonClient redisson;
    private final RLock lock;

    private RedissonContestant(RedissonClient redisson, RLock lock) {
        this.redisson = redisson;
        this.lock = lock;
    }

    static RedissonContestant open(Address address, boolean fenced) {
        RedissonClient redisson = Redissons.open(address, Duration.ofSeconds(15));
        return new RedissonContestant(
                redisson, fenced ? redisson.getFencedLock("bench fenced") : redisson.getLock("bench"));
    }

    @Override
    public String name() {
        return lock instanceof RFencedLock ? "Redisson's fenced lock" : "Redisson's lock";
    }

    @Override
    public void acquireAndRelease() {
        boolean taken;
        if (lock instanceof RFencedLock fenced) {
            Long token = fenced.tryLockAndGetToken(0, -1, TimeUnit.MILLISECONDS);
            taken = token != null;
        } else {
            taken = lock.tryLock();
        }
        if (!taken) {
            throw new IllegalStateException(name() + " was not free");
        }
        lock.unlock();
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
