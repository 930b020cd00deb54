package io.muster.lease;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks a store the same question until it answers or the time is over. A failure is followed by another try after a growing
 * wait, silence by another try too. Confined to its loop.
 *
 * <p>A larger {@code eachNanos} loads a slow store less; a smaller one loses less time to a dropped request.
 */
final class Asking<T> {
    private static final long FIRST_WAIT_NANOS = 50_000_000;

    private final Supplier<CompletionStage<T>> question;
    private final Loop loop;
    private final RandomGenerator random;
    private final long eachNanos;
    private final Consumer<T> late;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private Loop.Timer next = () -> {};
    private int tries;
    private @Nullable Throwable lastFailure;

    /** @param late gets answers that come when nobody waits any more, unless they are the one that was given */
    Asking(Supplier<CompletionStage<T>> question, Loop loop, RandomGenerator random, long eachNanos, Consumer<T> late) {
        this.question = question;
        this.loop = loop;
        this.random = random;
        this.eachNanos = eachNanos;
        this.late = late;
    }

    /** @param wholeNanos after which it fails with a {@link LeaseStoreException} */
    CompletableFuture<T> start(String what, long wholeNanos) {
        loop.schedule(wholeNanos, () -> giveUp(what));
        if (!loop.execute(this::ask)) {
            answer.completeExceptionally(new IllegalStateException("the leases are closed"));
        }
        return answer;
    }

    /** How long to wait after that many failures: doubles from 50 ms, the upper half of it at random. */
    static long backoffNanos(int failures, long maxNanos, RandomGenerator random) {
        long bound = Math.min(maxNanos, FIRST_WAIT_NANOS << Math.min(Math.max(failures - 1, 0), 20));
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    private void ask() {
        if (answer.isDone()) {
            return;
        }
        tries++;
        next = loop.schedule(eachNanos, this::ask);
        int asked = tries;
        CompletionStage<T> stage;
        try {
            stage = question.get();
        } catch (Throwable e) {
            failed(asked, e);
            return;
        }
        CompletionStage<T> unused = stage.whenComplete((value, failure) -> loop.execute(() -> {
            if (failure == null) {
                answered(value);
            } else {
                failed(asked, failure);
            }
        }));
    }

    private void answered(T value) {
        next.cancel();
        boolean again = !answer.complete(value);
        // The same question has the same answer; only another one is news.
        if (again && (answer.isCompletedExceptionally() || !value.equals(answer.getNow(value)))) {
            late.accept(value);
        }
    }

    private void failed(int asked, Throwable failure) {
        lastFailure =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (asked == tries && !answer.isDone()) {
            next.cancel();
            next = loop.schedule(backoffNanos(tries, eachNanos, random), this::ask);
        }
    }

    private void giveUp(String what) {
        next.cancel();
        String why = lastFailure == null ? "the store did not answer in time" : "the store failed: " + lastFailure;
        answer.completeExceptionally(new LeaseStoreException(what + ": " + why, lastFailure));
    }
}
