package io.muster.lease.http;

import io.muster.lease.LeaseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A store that counts the questions for its leases, and holds its answers back when it is told to. */
public final class WatchedStore implements LeaseStore {
    private final LeaseStore store;
    private final List<Runnable> heldBack = new ArrayList<>();
    private boolean silent;
    private boolean broken;
    private int inspections;

    /** Around another one. */
    public WatchedStore(LeaseStore store) {
        this.store = store;
    }

    /** Holds back what it is asked about its leases. */
    public synchronized void holdBack() {
        silent = true;
    }

    /** Fails what it is asked about its leases. */
    public synchronized void breakDown() {
        broken = true;
    }

    /** Answers what it held back, and what comes. */
    public void answer() {
        List<Runnable> answers;
        synchronized (this) {
            silent = false;
            broken = false;
            answers = List.copyOf(heldBack);
            heldBack.clear();
        }
        answers.forEach(Runnable::run);
    }

    /** How often it was asked about a lease. */
    public synchronized int inspections() {
        return inspections;
    }

    @Override
    public CompletionStage<Optional<LeaseView>> inspect(String name) {
        CompletableFuture<Optional<LeaseView>> answer = new CompletableFuture<>();
        synchronized (this) {
            inspections++;
            if (broken) {
                throw new IllegalStateException("broken");
            }
            if (silent) {
                // What is true now, not what is true when it is told.
                CompletionStage<Optional<LeaseView>> now = store.inspect(name);
                heldBack.add(() -> now.whenComplete((view, failure) -> answer.complete(view)));
                return answer;
            }
        }
        return store.inspect(name);
    }

    @Override
    public CompletionStage<Grant> acquire(AcquireRequest request) {
        return store.acquire(request);
    }

    @Override
    public CompletionStage<Set<LeaseKey>> renew(Collection<LeaseKey> keys) {
        return store.renew(keys);
    }

    @Override
    public CompletionStage<Boolean> release(LeaseKey key, @Nullable Instant completed) {
        return store.release(key, completed);
    }

    @Override
    public CompletionStage<Boolean> releaseLater(LeaseKey key, Duration rest, @Nullable Instant completed) {
        return store.releaseLater(key, rest, completed);
    }

    @Override
    public CompletionStage<Boolean> forceRelease(String name) {
        return store.forceRelease(name);
    }

    @Override
    public Traits traits() {
        return store.traits();
    }

    @Override
    public void close() {
        store.close();
    }
}
