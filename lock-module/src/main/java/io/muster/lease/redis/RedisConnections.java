package io.muster.lease.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;

/** Clients that fail early: what waited for a connection would be done when nobody wants it any more. */
final class RedisConnections {
    static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_WAITING = 10_000;

    private RedisConnections() {}

    static RedisClient client(RedisURI uri) {
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_WAITING)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(TIMEOUT)
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .build());
        return client;
    }

    static void shutdown(RedisClient client) {
        client.shutdown(Duration.ZERO, TIMEOUT);
    }
}
