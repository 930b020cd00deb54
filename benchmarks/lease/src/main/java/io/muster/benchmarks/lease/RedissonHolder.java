package io.muster.benchmarks.lease;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RFencedLock;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** Redisson's fenced lock: it hands out a token, and what is written with it is checked by nobody. */
final class RedissonHolder implements Holder {
    private final RedissonClient redisson;
    private final RFencedLock lock;
    private final String resource;

    private RedissonHolder(RedissonClient redisson, String resource) {
        this.redisson = redisson;
        this.lock = redisson.getFencedLock("lock:" + resource);
        this.resource = resource;
    }

    static RedissonHolder open(Address address, String resource, Duration ttl) {
        return new RedissonHolder(Redissons.open(address, ttl), resource);
    }

    @Override
    public boolean take() {
        Long token = lock.tryLockAndGetToken(0, -1, TimeUnit.MILLISECONDS);
        return token != null;
    }

    @Override
    public List<Write> writes() {
        return List.of(entry -> {
            boolean unused = redisson.<String>getList(Ledger.key(resource), StringCodec.INSTANCE)
                    .add(entry.text());
        });
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
