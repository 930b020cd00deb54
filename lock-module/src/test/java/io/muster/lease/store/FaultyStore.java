package io.muster.lease.store;

import io.muster.lease.Eventually;
import io.muster.lease.LeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store in memory that throws, hangs or answers nonsense when it is told to. */
public final class FaultyStore implements LeaseStore {
    private final LeaseStore store = new InMemoryLeaseStore();
    private boolean hangs;
    private boolean weak;
    private final Deque<Supplier<@Nullable CompletionStage<Set<LeaseKey>>>> next = new ArrayDeque<>();
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

    /** Lets the next renewal throw, after those that were told before; it counts as a renewal. */
    public synchronized void throwNext(Error failure) {
        next.add(() -> {
            throw failure;
        });
    }

    /** As {@link #throwNext(Error)}. */
    public synchronized void throwNext(RuntimeException failure) {
        next.add(() -> {
            throw failure;
        });
    }

    /** Lets the next renewal answer null instead of a stage, after those that were told before. */
    public synchronized void answerNull() {
        next.add(() -> null);
    }

    /** Waits for that many renewals since the start. */
    public synchronized void awaitRenewals(int count) throws InterruptedException {
        while (renewals < count) {
            wait();
        }
    }

    /** Waits until this lease has been granted. */
    public void awaitGrant(String name) throws Exception {
        Eventually.holds(
                name + " was granted",
                () -> inspect(name).toCompletableFuture().join().isPresent());
    }

    /** Waits until nobody holds this lease. */
    public void awaitFree(String name) throws Exception {
        Eventually.holds(
                name + " is free",
                () -> !inspect(name).toCompletableFuture().join().orElseThrow().live());
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
        Supplier<@Nullable CompletionStage<Set<LeaseKey>>> told = next.poll();
        if (told != null) {
            return told.get();
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
