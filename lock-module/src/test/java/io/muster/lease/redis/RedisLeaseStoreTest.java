package io.muster.lease.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.Leases;
import io.muster.lease.store.LeaseStoreContract;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisLeaseStoreTest extends LeaseStoreContract {
    private RedisClient client;
    private RedisCommands<String, String> redis;
    private LeaseStore store;

    @BeforeAll
    void open() {
        RedisURI uri = RedisServer.uri();
        client = RedisClient.create(uri);
        redis = client.connect().sync();
        store = RedisLeaseStore.open(uri);
    }

    @AfterAll
    void close() {
        if (client != null) {
            store.close();
            client.shutdown();
        }
    }

    @Override
    protected LeaseStore store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        for (String key : redis.keys("muster:lease:*")) {
            long expires = Long.parseLong(redis.hget(key, "expires"));
            redis.hset(key, "expires", Long.toString(expires - time.toNanos() / 1000));
        }
    }

    @Test
    void itIsUsedOnlyWhenAllowedAloud() {
        LeaseSettings settings = LeaseSettings.defaults("test");
        assertThatThrownBy(() -> Leases.open(store, settings))
                .hasMessageContaining("allowWeakStore")
                .hasMessageContaining("Redis");
        try (Leases leases = Leases.open(store, settings.withAllowWeakStore(true))) {
            assertThat(leases.tryAcquire("weak " + UUID.randomUUID())).isPresent();
        }
    }

    @Test
    void aGrantThatAFailOverForgotDoesNotBringItsTokenAgain() {
        String name = "forgotten " + UUID.randomUUID();
        LeaseKey forgotten = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        redis.del("muster:lease:" + name);
        long millisecond = System.nanoTime() + 2_000_000;
        while (System.nanoTime() < millisecond) {
            Thread.onSpinWait();
        }

        LeaseKey next = granted(await(store.acquire(request(name, "b", UUID.randomUUID(), null))));
        assertThat(next.token()).isGreaterThan(forgotten.token());
        assertThat(await(store.renew(List.of(forgotten)))).isEmpty();
    }

    @Test
    void aLeaseThatOutlivesItsTtlBecauseTheClockWasSetBackIsShortened() {
        String name = "stepped " + UUID.randomUUID();
        LeaseKey key = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        pass(Duration.ofDays(-1));

        assertThat(held(await(store.acquire(request(name, "b", UUID.randomUUID(), null))))
                        .atMost())
                .isLessThanOrEqualTo(TTL);
        assertThat(await(store.renew(List.of(key)))).containsExactly(key);
    }

    @Test
    void aServerThatForgetsItsScriptsIsTaughtAgain() {
        redis.scriptFlush();
        granted(await(store.acquire(request("flushed " + UUID.randomUUID(), "a", UUID.randomUUID(), null))));
    }
}
