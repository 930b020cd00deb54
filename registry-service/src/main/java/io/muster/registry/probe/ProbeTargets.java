package io.muster.registry.probe;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * How often each address is probed: whoever registers many instances at one address must not make the registry flood it.
 * Thread-safe; remembers a bounded number of addresses.
 */
public final class ProbeTargets {
    private static final int MAX_TARGETS = 20_000;
    private static final int CONCURRENT = 64;
    private static final int PER_SECOND = 500;

    private final LoadingCache<InetAddress, Target> targets;

    /** The usual bounds: 64 probes of an address at once, 500 in a second. */
    public ProbeTargets() {
        this(CONCURRENT, PER_SECOND);
    }

    ProbeTargets(int concurrent, int perSecond) {
        RateLimiterConfig config = RateLimiterConfig.custom()
                .limitForPeriod(perSecond)
                .limitRefreshPeriod(Duration.ofSeconds(1))
                .timeoutDuration(Duration.ZERO)
                .build();
        this.targets = Caffeine.newBuilder()
                .maximumSize(MAX_TARGETS)
                .expireAfterAccess(Duration.ofMinutes(1))
                .build(address -> new Target(new Semaphore(concurrent), RateLimiter.of("probe", config)));
    }

    private record Target(Semaphore permits, RateLimiter rate) {}

    /** Whether the address may be probed now; if so, {@link #leave} must follow. */
    boolean enter(InetAddress address) {
        Target target = targets.get(address);
        if (!target.permits().tryAcquire()) {
            return false;
        }
        boolean permitted = target.rate().acquirePermission();
        if (!permitted) {
            target.permits().release();
        }
        return permitted;
    }

    void leave(InetAddress address) {
        targets.get(address).permits().release();
    }
}
