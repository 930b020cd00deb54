package io.muster.lease.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A connection to Redis on which nothing is sent twice. Lettuce, when it connects again by itself, sends again what was under way
 * and may have been done; its filter of replays (6.6.0) sees none of that. So a connection that broke is given up with
 * all that was under way, and the next script makes another one and waits for it. Thread-safe; blocks nobody.
 */
final class RedisConnection implements AutoCloseable {
    /** For a connection, and for an answer. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final int MAX_WAITING = 10_000;

    private final RedisClient client;
    private final RedisURI uri;
    private CompletableFuture<StatefulRedisConnection<String, String>> current;

    private RedisConnection(RedisClient client, RedisURI uri, StatefulRedisConnection<String, String> first) {
        this.client = client;
        this.uri = uri;
        this.current = CompletableFuture.completedFuture(first);
    }

    /** @throws io.lettuce.core.RedisException if the server cannot be reached */
    static RedisConnection open(RedisURI uri) {
        RedisURI limited = RedisURI.builder(uri).withTimeout(TIMEOUT).build();
        RedisClient client = RedisClient.create(limited);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_WAITING)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(TIMEOUT)
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .build());
        try {
            return new RedisConnection(client, limited, client.connect());
        } catch (RuntimeException e) {
            shutdown(client);
            throw e;
        }
    }

    /** Sends a script once at most; a stage that fails does not say whether it ran. */
    <T> CompletionStage<T> run(RedisScript script, ScriptOutputType type, String[] keys, String... values) {
        return connected().thenCompose(connection -> script.<T>run(connection.async(), type, keys, values));
    }

    @Override
    public void close() {
        shutdown(client);
    }

    private synchronized CompletableFuture<StatefulRedisConnection<String, String>> connected() {
        if (!current.isDone()) {
            return current;
        }
        if (!current.isCompletedExceptionally()) {
            StatefulRedisConnection<String, String> last = current.join();
            if (last.isOpen()) {
                return current;
            }
            CompletableFuture<Void> unused = last.closeAsync();
        }
        try {
            current = client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture();
        } catch (RuntimeException e) {
            current = CompletableFuture.failedFuture(e);
        }
        return current;
    }

    private static void shutdown(RedisClient client) {
        client.shutdown(Duration.ZERO, TIMEOUT);
    }
}
