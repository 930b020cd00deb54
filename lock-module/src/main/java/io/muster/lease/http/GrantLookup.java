package io.muster.lease.http;

import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseView;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store what it has granted last, so that whoever sends many forged tokens costs it little: one question about a lease
 * is under way at a time, however many requests wait for an answer, and a few about all leases. A request is answered
 * by a question that was asked after the request came, because an older answer may not know its grant yet.
 *
 * <p>A question that is not answered keeps its place for ten seconds, whoever has given up waiting before: a store that hangs
 * is not asked more and more. Thread-safe; nothing blocks.
 */
final class GrantLookup {
    static final int MAX_UNDER_WAY = 8;
    static final int MAX_WAITING = 64;
    private static final Duration GIVE_UP = Duration.ofSeconds(10);

    private final LeaseStore store;
    private final Duration timeout;
    private final Map<String, Question> next = new LinkedHashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private int waiting;

    /** @param timeout for how long each request waits */
    GrantLookup(LeaseStore store, Duration timeout) {
        this.store = store;
        this.timeout = timeout;
    }

    private record Question(String lease, CompletableFuture<Optional<LeaseView>> answer) {}

    /** The last grant, read after this call; fails when the store fails or is too slow, or too many wait already. */
    CompletableFuture<Optional<LeaseView>> lastGrant(String lease) {
        Question question;
        synchronized (this) {
            if (waiting >= MAX_WAITING) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException(MAX_WAITING + " requests wait for the store already"));
            }
            waiting++;
            question = next.computeIfAbsent(lease, name -> new Question(name, new CompletableFuture<>()));
        }
        // Each request's time ends for itself.
        CompletableFuture<Optional<LeaseView>> answer =
                question.answer().copy().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
        CompletableFuture<Optional<LeaseView>> counted = answer.whenComplete((view, failure) -> leave());
        askWhatMayBeAsked();
        return counted;
    }

    private synchronized void leave() {
        waiting--;
    }

    private void askWhatMayBeAsked() {
        for (Question question = take(); question != null; question = take()) {
            ask(question);
        }
    }

    private synchronized @Nullable Question take() {
        if (underWay.size() >= MAX_UNDER_WAY) {
            return null;
        }
        Iterator<Question> questions = next.values().iterator();
        while (questions.hasNext()) {
            Question question = questions.next();
            if (underWay.add(question.lease())) {
                questions.remove();
                return question;
            }
        }
        return null;
    }

    private void ask(Question question) {
        CompletableFuture<Optional<LeaseView>> asked;
        try {
            asked = store.inspect(question.lease()).toCompletableFuture().copy();
        } catch (RuntimeException e) {
            asked = CompletableFuture.failedFuture(e);
        }
        var unused = asked.orTimeout(GIVE_UP.toNanos(), TimeUnit.NANOSECONDS).whenComplete((view, failure) -> {
            answered(question.lease());
            if (failure == null) {
                question.answer().complete(view);
            } else {
                question.answer().completeExceptionally(failure);
            }
            askWhatMayBeAsked();
        });
    }

    private synchronized void answered(String lease) {
        underWay.remove(lease);
    }
}
