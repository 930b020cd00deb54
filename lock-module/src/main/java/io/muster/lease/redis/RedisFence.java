package io.muster.lease.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.muster.lease.Fence;
import io.muster.lease.StaleFenceException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Guards data in Redis: the check of the token and the write are one script, so nothing comes between. The largest token of
 * a resource is kept under {@code muster:fence:<resource>}, without an expiry; it is as durable as the data beside it.
 *
 * <p>In a cluster the write's keys must be in the slot of the fence's key: use a resource such as <code>{invoices}</code>
 * and keys with the same hash tag. Methods wait for Redis two seconds at most, twice that when the connection has to be made
 * anew. Thread-safe.
 */
public final class RedisFence implements Fence, AutoCloseable {
    private static final String PREFIX = "muster:fence:";
    private static final String CHECK = RedisScript.files("fence.lua");
    private static final RedisScript RAISE = new RedisScript(CHECK + "return 1");
    private static final String STALE = "STALEFENCE";
    private static final int MAX_SCRIPTS = 1000;

    private final RedisConnection connection;
    private final Map<String, RedisScript> scripts = new ConcurrentHashMap<>();

    private RedisFence(RedisConnection connection) {
        this.connection = connection;
    }

    /**
     * Connects.
     *
     * @throws io.lettuce.core.RedisException if the server cannot be reached
     */
    public static RedisFence open(RedisURI uri) {
        return new RedisFence(RedisConnection.open(uri));
    }

    @Override
    public void raise(String resource, long token) {
        Object unused = run(RAISE, ScriptOutputType.INTEGER, resource, token, List.of(), List.of());
    }

    /**
     * Sets a key unless a larger token was seen.
     *
     * @throws StaleFenceException if a larger token was seen; nothing was written
     * @throws IllegalStateException if Redis failed or did not answer; it may have been written
     */
    public void set(String resource, long token, String key, String value) {
        Object unused = eval(
                resource,
                token,
                "return redis.call('SET', KEYS[1], ARGV[1])",
                ScriptOutputType.STATUS,
                List.of(key),
                List.of(value));
    }

    /**
     * Runs a script of one's own unless a larger token was seen. The script sees {@code KEYS} and {@code ARGV} as given here.
     * It is sent once at most: not again when the connection breaks before its answer.
     *
     * @param script constant text; values belong into {@code values}. At most 1000 different ones
     * @return what the script returns, in Java's form of the output type
     * @throws StaleFenceException if a larger token was seen; the script did not run
     * @throws IllegalStateException if Redis failed or did not answer; the script may have run
     */
    public @Nullable Object eval(
            String resource, long token, String script, ScriptOutputType type, List<String> keys, List<String> values) {
        RedisScript fenced = scripts.get(script);
        if (fenced == null) {
            if (scripts.size() >= MAX_SCRIPTS) {
                throw new IllegalStateException("scripts must be at most " + MAX_SCRIPTS
                        + " different ones; pass what differs as keys and values");
            }
            fenced = scripts.computeIfAbsent(script, text -> new RedisScript(CHECK + text));
        }
        return run(fenced, type, resource, token, keys, values);
    }

    /** Closes the connection. */
    @Override
    public void close() {
        connection.close();
    }

    private @Nullable Object run(
            RedisScript script,
            ScriptOutputType type,
            String resource,
            long token,
            List<String> keys,
            List<String> values) {
        Fence.requireValid(resource, token);
        String[] allKeys =
                Stream.concat(Stream.of(PREFIX + resource), keys.stream()).toArray(String[]::new);
        String[] allValues =
                Stream.concat(Stream.of(Long.toString(token)), values.stream()).toArray(String[]::new);
        Throwable cause;
        try {
            return connection
                    .<Object>run(script, type, allKeys, allValues)
                    .toCompletableFuture()
                    .get(RedisConnection.TIMEOUT.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause = e;
        } catch (ExecutionException e) {
            cause = e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException | RedisException e) {
            cause = e;
        }
        if (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof RedisCommandExecutionException && message.startsWith(STALE)) {
            throw new StaleFenceException(resource, token);
        }
        throw new IllegalStateException(
                "fence of resource \"" + resource + "\" in Redis failed, the outcome is unknown: " + cause, cause);
    }
}
