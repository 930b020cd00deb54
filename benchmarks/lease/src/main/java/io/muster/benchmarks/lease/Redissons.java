package io.muster.benchmarks.lease;

import java.time.Duration;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson at its defaults but for its watchdog's time. */
final class Redissons {
    private Redissons() {}

    /** The caller shuts it down. */
    static RedissonClient open(Address address, Duration ttl) {
        Config config = new Config().setLockWatchdogTimeout(ttl.toMillis());
        config.useSingleServer().setAddress("redis://" + Address.HOST + ":" + address.port());
        return Redisson.create(config);
    }
}
