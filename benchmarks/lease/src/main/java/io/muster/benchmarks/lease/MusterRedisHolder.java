package io.muster.benchmarks.lease;

import io.lettuce.core.ScriptOutputType;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStoreException;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.redis.RedisFence;
import io.muster.lease.redis.RedisLeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Our lease in Redis, and its guard: each write is a script that checks the token. */
final class MusterRedisHolder implements Holder {
    static final String APPEND = "return redis.call('RPUSH', KEYS[1], ARGV[1])";

    private final RedisFence fence;
    private final RedisLeaseStore store;
    private final Leases leases;
    private final LeaseRequest request;
    private volatile @Nullable Lease lease;

    private MusterRedisHolder(Address address, String resource, String writer, Duration ttl) {
        this.fence = RedisFence.open(address.redis());
        this.store = RedisLeaseStore.open(address.redis());
        LeaseSettings settings = LeaseSettings.defaults(writer).withTtl(ttl).withAllowWeakStore(true);
        this.leases = Leases.open(store, settings, List.of(fence), event -> {});
        this.request = LeaseRequest.of(resource).withResources(resource);
    }

    static MusterRedisHolder open(Address address, String resource, String writer, Duration ttl) {
        return new MusterRedisHolder(address, resource, writer, ttl);
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
        return List.of(entry -> {
            Object unused = fence.eval(
                    request.name(),
                    held().fencingToken(),
                    APPEND,
                    ScriptOutputType.INTEGER,
                    List.of(Ledger.key(request.name())),
                    List.of(entry.text()));
        });
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
        fence.close();
    }
}
