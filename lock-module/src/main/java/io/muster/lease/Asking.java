package io.muster.lease;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks a store the same question until it answers or the time is over. A failure is followed by another try after a growing
 * wait, silence by another try too. The first try is on the thread that starts it, and what is answered is known on the
 * thread that answers, so that whoever waits does so for the store alone; all else is on the loop.
 *
 * <p>A larger {@code eachNanos} loads a slow store less; a smaller one loses less time to a dropped request.
 */
final class Asking<T> {
    private static final long FIRST_WAIT_NANOS = 50_000_000;

    private final Supplier<CompletionStage<T>> question;
    private final Loop loop;
    private final LongSupplier ticker;
    private final RandomGenerator random;
    private final long eachNanos;
    private final Consumer<T> late;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private Loop.Timer next = () -> {};
    private Loop.Timer end = () -> {};
    private String what = "";
    private long startedAt;
    private long wholeNanos;
    private int tries = 1;
    private @Nullable Throwable lastFailure;

    /** @param late gets answers that come when nobody waits any more, unless they are the one that was given */
    Asking(Supplier<CompletionStage<T>> question, Parts parts, long eachNanos, Consumer<T> late) {
        this.question = question;
        this.loop = parts.renewer();
        this.ticker = parts.ticker();
        this.random = parts.random();
        this.eachNanos = eachNanos;
        this.late = late;
    }

    /** @param wholeNanos after which it fails with a {@link LeaseStoreException} */
    CompletableFuture<T> start(String what, long wholeNanos, Patience patience) {
        this.what = what;
        this.wholeNanos = wholeNanos;
        startedAt = ticker.getAsLong();
        ask(1);
        // While the store is at work already: it is what somebody waits for.
        if (!answer.isDone()) {
            patience.add(this);
        }
        return answer;
    }

    /** How long to wait after that many failures: doubles from 50 ms, the upper half of it at random. */
    static long backoffNanos(int failures, long maxNanos, RandomGenerator random) {
        long bound = Math.min(maxNanos, FIRST_WAIT_NANOS << Math.min(Math.max(failures - 1, 0), 20));
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    /** Sets the timers of a question that is not answered yet; on the loop. */
    synchronized void watch() {
        if (answer.isDone()) {
            return;
        }
        long gone = ticker.getAsLong() - startedAt;
        end = loop.schedule(Math.max(0, wholeNanos - gone), this::giveUp);
        if (tries == 1 && lastFailure == null) {
            next = loop.schedule(Math.max(0, eachNanos - gone), this::askAgain);
        }
    }

    private void askAgain() {
        int number;
        synchronized (this) {
            if (answer.isDone()) {
                return;
            }
            tries++;
            number = tries;
            next = loop.schedule(eachNanos, this::askAgain);
        }
        ask(number);
    }

    private void ask(int number) {
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(question.get(), "the store's stage must not be null");
        } catch (Throwable e) {
            failed(number, e);
            return;
        }
        CompletionStage<T> unused = stage.whenComplete((value, failure) -> {
            if (failure == null) {
                answered(value);
            } else {
                failed(number, failure);
            }
        });
    }

    private void answered(T value) {
        boolean first = answer.complete(value);
        cancelTimers();
        // The same question has the same answer; only another one is news.
        if (!first && (answer.isCompletedExceptionally() || !value.equals(answer.getNow(value)))) {
            loop.execute(() -> late.accept(value));
        }
    }

    private void failed(int asked, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!loop.execute(() -> askLater(asked, cause))) {
            answer.completeExceptionally(new IllegalStateException("the leases are closed", cause));
        }
    }

    private synchronized void askLater(int asked, Throwable failure) {
        lastFailure = failure;
        if (asked == tries && !answer.isDone()) {
            next.cancel();
            next = loop.schedule(backoffNanos(tries, eachNanos, random), this::askAgain);
        }
    }

    private synchronized void cancelTimers() {
        next.cancel();
        end.cancel();
    }

    private void giveUp() {
        Throwable failure;
        synchronized (this) {
            next.cancel();
            failure = lastFailure;
        }
        String why = failure == null ? "the store did not answer in time" : "the store failed: " + failure;
        answer.completeExceptionally(new LeaseStoreException(what + ": " + why, failure));
    }
}
