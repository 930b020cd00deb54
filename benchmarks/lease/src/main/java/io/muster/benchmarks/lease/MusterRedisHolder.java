package io.muster.benchmarks.lease;

import io.lettuce.core.ScriptOutputType;
import io.muster.lease.LeaseSettings;
import io.muster.lease.redis.RedisFence;
import io.muster.lease.redis.RedisLeaseStore;
import java.time.Duration;
import java.util.List;

/** Our lease in Redis, and its guard: each write is a script that checks the token. */
final class MusterRedisHolder implements Holder {
    static final String APPEND = "return redis.call('RPUSH', KEYS[1], ARGV[1])";

    private final RedisFence fence;
    private final String resource;
    private final HeldLease held;

    private MusterRedisHolder(Address address, String resource, String writer, Duration ttl) {
        this.fence = RedisFence.open(address.redis());
        this.resource = resource;
        LeaseSettings settings = LeaseSettings.defaults(writer).withTtl(ttl).withAllowWeakStore(true);
        this.held = new HeldLease(RedisLeaseStore.open(address.redis()), fence, settings, resource);
    }

    static MusterRedisHolder open(Address address, String resource, String writer, Duration ttl) {
        return new MusterRedisHolder(address, resource, writer, ttl);
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
        return List.of(entry -> {
            Object unused = fence.eval(
                    resource,
                    held.get().fencingToken(),
                    APPEND,
                    ScriptOutputType.INTEGER,
                    List.of(Ledger.key(resource)),
                    List.of(entry.text()));
        });
    }

    @Override
    public void close() {
        held.close();
        fence.close();
    }
}
