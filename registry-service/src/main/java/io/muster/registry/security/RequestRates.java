package io.muster.registry.security;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;

/** How much of something each client may do in a second. Remembers a bounded number of them. */
final class RequestRates {
    private static final int MAX_CLIENTS = 20_000;

    private final LoadingCache<Object, RateLimiter> limiters;

    RequestRates(int perSecond) {
        RateLimiterConfig config = RateLimiterConfig.custom()
                .limitForPeriod(perSecond)
                .limitRefreshPeriod(Duration.ofSeconds(1))
                .timeoutDuration(Duration.ZERO)
                .build();
        this.limiters = Caffeine.newBuilder()
                .maximumSize(MAX_CLIENTS)
                .expireAfterAccess(Duration.ofMinutes(1))
                .build(client -> RateLimiter.of("client", config));
    }

    boolean permit(Object client) {
        return limiters.get(client).acquirePermission();
    }
}
