package io.muster.lease.spring;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.muster.lease.LeaseStore;
import io.muster.lease.redis.RedisLeaseStore;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.data.redis.RedisConnectionDetails;

/** Leases in Redis; the one class here that needs Lettuce. */
final class RedisStore {
    private RedisStore() {}

    /**
     * Connects.
     *
     * @param url null for where Spring's own client connects to
     * @param details of Spring's own client; null without one
     */
    static LeaseStore open(@Nullable String url, @Nullable RedisConnectionDetails details) {
        try {
            return RedisLeaseStore.open(url == null ? uri(details) : RedisURI.create(url));
        } catch (RedisException | IllegalArgumentException e) {
            throw new LeaseSetupException(
                    "Redis cannot be used for leases: " + e.getMessage(),
                    "Start Redis, or correct 'muster.lease.redis.url'.",
                    e);
        }
    }

    private static RedisURI uri(@Nullable RedisConnectionDetails details) {
        RedisConnectionDetails.Standalone server = details == null ? null : details.getStandalone();
        if (details == null || server == null || server.getSslBundle() != null) {
            throw new IllegalArgumentException("there is no plain single server in spring.data.redis to take it from");
        }
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(server.getHost())
                .withPort(server.getPort())
                .withDatabase(server.getDatabase());
        String password = details.getPassword();
        if (password != null && details.getUsername() != null) {
            return uri.withAuthentication(details.getUsername(), password).build();
        }
        return password == null
                ? uri.build()
                : uri.withPassword(password.toCharArray()).build();
    }
}
