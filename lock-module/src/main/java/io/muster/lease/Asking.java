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
 * wait, silence by another try too. The first try is on the thread that starts it, and what is answered is known on the
 * thread that answers, so that whoever waits does so for the store alone; all else is confined to the loop.
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
    private Loop.Timer end = () -> {};
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
        end = loop.schedule(wholeNanos, () -> giveUp(what));
        if (loop.execute(this::firstAsked)) {
            ask(1);
        } else {
            answer.completeExceptionally(new IllegalStateException("the leases are closed"));
        }
        return answer;
    }

    /** How long to wait after that many failures: doubles from 50 ms, the upper half of it at random. */
    static long backoffNanos(int failures, long maxNanos, RandomGenerator random) {
        long bound = Math.min(maxNanos, FIRST_WAIT_NANOS << Math.min(Math.max(failures - 1, 0), 20));
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    /** Runs before whatever becomes of the first try. */
    private void firstAsked() {
        tries = 1;
        next = loop.schedule(eachNanos, this::askAgain);
    }

    private void askAgain() {
        if (answer.isDone()) {
            return;
        }
        tries++;
        next = loop.schedule(eachNanos, this::askAgain);
        ask(tries);
    }

    private void ask(int number) {
        CompletionStage<T> stage;
        try {
            stage = question.get();
        } catch (Throwable e) {
            loop.execute(() -> failed(number, e));
            return;
        }
        CompletionStage<T> unused = stage.whenComplete((value, failure) -> {
            boolean first = failure == null && answer.complete(value);
            loop.execute(() -> {
                if (failure == null) {
                    answered(value, first);
                } else {
                    failed(number, failure);
                }
            });
        });
    }

    private void answered(T value, boolean first) {
        next.cancel();
        end.cancel();
        // The same question has the same answer; only another one is news.
        if (!first && (answer.isCompletedExceptionally() || !value.equals(answer.getNow(value)))) {
            late.accept(value);
        }
    }

    private void failed(int asked, Throwable failure) {
        lastFailure =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (asked == tries && !answer.isDone()) {
            next.cancel();
            next = loop.schedule(backoffNanos(tries, eachNanos, random), this::askAgain);
        }
    }

    private void giveUp(String what) {
        next.cancel();
        String why = lastFailure == null ? "the store did not answer in time" : "the store failed: " + lastFailure;
        answer.completeExceptionally(new LeaseStoreException(what + ": " + why, lastFailure));
    }
}
