package io.muster.lease.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.muster.lease.LeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Leases in Redis 5 or newer, one hash {@code muster:lease:<name>} each. Redis' clock decides.
 *
 * <p>It is <em>weak</em>: Redis replicates after it has answered, so a fail-over can forget a grant and give the lease to
 * somebody else. Tokens rise with Redis' time of day, so they go on above the forgotten ones as long as the promoted
 * replica's clock is not behind; that is likely, and no guarantee. A connection that broke is replaced by the
 * next call, and nothing that was under way is sent again. Thread-safe.
 */
public final class RedisLeaseStore implements LeaseStore {
    private static final String PREFIX = "muster:lease:";
    private static final String COMMON = RedisScript.files("common.lua");
    private static final RedisScript ACQUIRE = script("acquire.lua");
    private static final RedisScript RENEW = script("renew.lua");
    private static final RedisScript RELEASE = script("release.lua");
    private static final RedisScript FORCE_RELEASE = script("force-release.lua");
    private static final RedisScript INSPECT = script("inspect.lua");

    private final RedisConnection connection;

    private RedisLeaseStore(RedisConnection connection) {
        this.connection = connection;
    }

    /**
     * Connects.
     *
     * @throws io.lettuce.core.RedisException if the server cannot be reached
     */
    public static RedisLeaseStore open(RedisURI uri) {
        return new RedisLeaseStore(RedisConnection.open(uri));
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        Instant tick = request.tick();
        return this.<List<String>>run(
                        ACQUIRE,
                        ScriptOutputType.MULTI,
                        request.name(),
                        request.holder(),
                        request.requestId().toString(),
                        Long.toString(request.ttl().toNanos() / 1000),
                        tick == null ? "" : Long.toString(tick.toEpochMilli()))
                .thenApply(answer -> grant(request.name(), answer));
    }

    @Override
    public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        Set<LeaseKey> renewed = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (LeaseKey key : keys) {
            answers.add(this.<Long>run(RENEW, ScriptOutputType.INTEGER, key.name(), Long.toString(key.token()))
                    .thenAccept(one -> {
                        if (one == 1) {
                            renewed.add(key);
                        }
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new LinkedHashSet<>(renewed));
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return end(key, Duration.ZERO, completed);
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return end(key, rest, completed);
    }

    private CompletionStage<Boolean> end(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return this.<Long>run(
                        RELEASE,
                        ScriptOutputType.INTEGER,
                        key.name(),
                        Long.toString(key.token()),
                        completed == null ? "" : Long.toString(completed.toEpochMilli()),
                        Long.toString(rest.toNanos() / 1000))
                .thenApply(one -> one == 1);
    }

    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return this.<Long>run(FORCE_RELEASE, ScriptOutputType.INTEGER, name).thenApply(one -> one == 1);
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        return this.<List<String>>run(INSPECT, ScriptOutputType.MULTI, name).thenApply(row -> {
            if (row.isEmpty()) {
                return Optional.empty();
            }
            String completed = row.get(3);
            return Optional.of(new LeaseView(
                    name,
                    row.get(0),
                    Long.parseLong(row.get(1)),
                    micros(row.get(2)),
                    completed.isEmpty() ? null : millis(completed)));
        });
    }

    @Override
    public Traits traits() {
        return new Traits(
                "Redis",
                Durability.WEAK,
                Duration.ofSeconds(5),
                "a restart or fail-over of Redis easily takes seconds");
    }

    /** Closes the connection. */
    @Override
    public void close() {
        connection.close();
    }

    private <T> CompletionStage<T> run(RedisScript script, ScriptOutputType type, String name, String... values) {
        return connection.run(script, type, new String[] {PREFIX + name}, values);
    }

    private static Grant grant(String name, List<String> answer) {
        return switch (answer.get(0)) {
            case "granted" -> new Grant.Granted(new LeaseKey(name, Long.parseLong(answer.get(1))));
            case "held" -> new Grant.Held(answer.get(1), micros(answer.get(2)));
            case "ran" -> new Grant.AlreadyRan(millis(answer.get(1)));
            default -> throw new IllegalStateException("the script answered " + answer);
        };
    }

    private static Duration micros(String text) {
        return Duration.ofNanos(Long.parseLong(text) * 1000);
    }

    private static Instant millis(String text) {
        return Instant.ofEpochMilli(Long.parseLong(text));
    }

    private static RedisScript script(String file) {
        return new RedisScript(COMMON + RedisScript.files(file));
    }
}
