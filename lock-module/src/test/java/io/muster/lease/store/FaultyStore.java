package io.muster.lease.store;

import io.muster.lease.LeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A store in memory that throws, hangs or answers nonsense when it is told to. */
public final class FaultyStore implements LeaseStore {
    private final LeaseStore store = new InMemoryLeaseStore();
    private boolean hangs;
    private boolean weak;
    private boolean answersNull;
    private @Nullable Throwable next;
    private int renewals;

    /** Answers nothing any more. */
    public synchronized void hang() {
        hangs = true;
    }

    /** Answers again. */
    public synchronized void heal() {
        hangs = false;
    }

    /** Says that it is weak. */
    public synchronized void weaken() {
        weak = true;
    }

    /** Lets the next renewal throw, which counts as a renewal. */
    public synchronized void throwNext(Throwable failure) {
        next = failure;
    }

    /** Lets the next renewal answer null instead of a stage. */
    public synchronized void answerNull() {
        answersNull = true;
    }

    /** Waits for that many renewals since the start. */
    public synchronized void awaitRenewals(int count) throws InterruptedException {
        while (renewals < count) {
            wait();
        }
    }

    /** Waits until this lease has been granted. */
    public void awaitGrant(String name) {
        while (inspect(name).toCompletableFuture().join().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    /** Waits until nobody holds this lease. */
    public void awaitFree(String name) {
        while (inspect(name).toCompletableFuture().join().orElseThrow().live()) {
            Thread.onSpinWait();
        }
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        return silent() ? new CompletableFuture<>() : store.acquire(request);
    }

    @Override
    @SuppressWarnings("NullAway") // answering null is the nonsense
    public synchronized CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        renewals++;
        notifyAll();
        Throwable failure = next;
        next = null;
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (answersNull) {
            answersNull = false;
            return null;
        }
        return hangs ? new CompletableFuture<>() : store.renew(keys);
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return silent() ? new CompletableFuture<>() : store.release(key, completed);
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return silent() ? new CompletableFuture<>() : store.releaseLater(key, rest, completed);
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        return store.inspect(name);
    }

    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return store.forceRelease(name);
    }

    @Override
    public synchronized Traits traits() {
        Traits traits = store.traits();
        Durability durability = weak ? Durability.WEAK : traits.durability();
        return new Traits("faulty", durability, Duration.ofSeconds(1), traits.minTtlReason());
    }

    @Override
    public void close() {
        store.close();
    }

    private synchronized boolean silent() {
        return hangs;
    }
}
