package io.muster.client;

import io.muster.api.ProblemException;
import io.muster.lease.LeaseStoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Calls about leases, each made again until it is answered or its time is over: while a registry elects another leader, nobody who
 * asks for a lease need hear of it. Thread-safe.
 */
final class LeaseCalls {
    /** For all attempts together. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** For one node: a stopped one must not use up the time for the others. */
    private static final long ATTEMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int NOT_FOUND = 404;

    private final RegistryCalls calls;
    private final long longerNanos;
    private final EventLoop timers;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;

    /** @param requestTimeout of the calls; an attempt here takes no longer */
    LeaseCalls(
            RegistryCalls calls,
            Duration requestTimeout,
            EventLoop timers,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.calls = calls;
        this.longerNanos = Math.min(0, ATTEMPT_NANOS - requestTimeout.toNanos());
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /**
     * Makes a call.
     *
     * @return its answer, a success or a 404; fails with {@link LeaseStoreException} when there was none in time, or it was refused
     */
    CompletableFuture<Reply> send(String method, String path, @Nullable Object body) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        attempt(new RegistryCalls.Call(method, path, body, longerNanos), nanoTime.getAsLong(), MIN_PAUSE_NANOS, result);
        return result;
    }

    private void attempt(RegistryCalls.Call call, long beginNanos, long pauseNanos, CompletableFuture<Reply> result) {
        CompletableFuture<Void> unused = calls.send(call).handle((reply, failure) -> {
            if (reply != null && !reply.isUnavailable()) {
                answer(reply, result);
                return null;
            }
            long wait = Math.max(MIN_PAUSE_NANOS, random.nextLong(pauseNanos + 1));
            if (nanoTime.getAsLong() + wait - beginNanos >= PATIENCE_NANOS) {
                String why = reply != null ? reply.describe() : String.valueOf(cause(failure));
                result.completeExceptionally(
                        new LeaseStoreException("the registry gave no answer about a lease: " + why, cause(failure)));
                return null;
            }
            EventLoop.Timer unusedTimer = timers.schedule(
                    wait, () -> attempt(call, beginNanos, Math.min(MAX_PAUSE_NANOS, pauseNanos * 2), result));
            return null;
        });
    }

    private static void answer(Reply reply, CompletableFuture<Reply> result) {
        if (reply.isSuccess() || reply.status() == NOT_FOUND) {
            result.complete(reply);
            return;
        }
        ProblemException problem = reply.problem().asException();
        result.completeExceptionally(
                new LeaseStoreException("the registry refused a call about a lease: " + reply.describe(), problem));
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
