package io.muster.registry.probe;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

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
        this(concurrent, perSecond, Ticker.systemTicker());
    }

    /** @param ticker says when an address was not probed for so long that it is forgotten */
    ProbeTargets(int concurrent, int perSecond, Ticker ticker) {
        RateLimiterConfig config = RateLimiterConfig.custom()
                .limitForPeriod(perSecond)
                .limitRefreshPeriod(Duration.ofSeconds(1))
                .timeoutDuration(Duration.ZERO)
                .build();
        this.targets = Caffeine.newBuilder()
                .maximumSize(MAX_TARGETS)
                .expireAfterAccess(Duration.ofMinutes(1))
                .ticker(ticker)
                .build(address -> new Target(new Semaphore(concurrent), RateLimiter.of("probe", config)));
    }

    /** An address that is being probed. */
    static final class Target {
        private final Semaphore permits;
        private final RateLimiter rate;

        private Target(Semaphore permits, RateLimiter rate) {
            this.permits = permits;
            this.rate = rate;
        }

        /** The probe has ended. */
        void leave() {
            permits.release();
        }
    }

    /** The address, when it may be probed now: {@link Target#leave} must follow. Null when it may not. */
    @Nullable
    Target enter(InetAddress address) {
        Target target = targets.get(address);
        if (!target.permits.tryAcquire()) {
            return null;
        }
        if (!target.rate.acquirePermission()) {
            target.permits.release();
            return null;
        }
        return target;
    }
}
