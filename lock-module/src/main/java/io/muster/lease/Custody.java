package io.muster.lease;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leases that this process holds, and what becomes of them. Thread-safe. */
final class Custody {
    private static final Logger log = LoggerFactory.getLogger(Custody.class);
    private static final int RELEASE_TRIES_SPAN = 3;

    private final LeaseStore store;
    private final LeaseSettings settings;
    private final Parts parts;
    private final Consumer<? super LeaseEvent> listener;
    private final Renewals renewals;
    private final Watchdog watchdog;
    private final Set<Lease> held = ConcurrentHashMap.newKeySet();
    private final Set<Lease> overruns = ConcurrentHashMap.newKeySet();
    private final Object workEnd = new Object();
    private final AtomicInteger places = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    Custody(LeaseStore store, LeaseSettings settings, Parts parts, Consumer<? super LeaseEvent> listener) {
        this.store = store;
        this.settings = settings;
        this.parts = parts;
        this.listener = listener;
        this.renewals = new Renewals(this, parts);
        this.watchdog = new Watchdog(this, parts);
    }

    LeaseStore store() {
        return store;
    }

    LeaseSettings settings() {
        return settings;
    }

    LongSupplier ticker() {
        return parts.ticker();
    }

    List<Lease> held() {
        return List.copyOf(held);
    }

    List<Lease> overruns() {
        return List.copyOf(overruns);
    }

    /** Answers whether this call closed it. */
    boolean close() {
        return closed.compareAndSet(false, true);
    }

    /**
     * Takes a place for a lease that is about to be asked for. It is free again when nothing was granted, when the lease
     * was released, or when the work of a lost one has ended.
     *
     * @throws IllegalStateException if there is none, or all is closed
     */
    void takePlace(String name) {
        if (closed.get()) {
            throw new IllegalStateException("the leases are closed; \"" + name + "\" was not asked for");
        }
        int taken = places.incrementAndGet();
        if (taken > settings.maxLeases()) {
            leavePlace();
            throw new IllegalStateException("maxLeases is " + settings.maxLeases() + ", and that many are held; \""
                    + name + "\" was not asked for");
        }
    }

    void leavePlace() {
        places.decrementAndGet();
    }

    /** Keeps a lease alive from now on. */
    void keep(Lease lease, long sentAt) {
        held.add(lease);
        renewals.add(lease, sentAt);
        watchdog.add(lease);
        if (closed.get()) {
            lose(lease, Loss.CLOSED);
        }
    }

    void lose(Lease lease, Loss reason) {
        State before = lease.lost(reason);
        if (before == State.HELD || before == State.SUSPECT) {
            wasLost(lease, reason);
        }
    }

    /** The lease's state was just changed to LOST, by this thread. */
    void wasLost(Lease lease, Loss reason) {
        held.remove(lease);
        watchdog.halt(lease);
        parts.events().execute(() -> {
            log.warn("Lease {} was lost: {}", lease, reason);
            tellSafely(new LeaseEvent.Lost(lease, reason));
            lease.takeCallbacks().forEach(callback -> safely(() -> callback.accept(reason)));
        });
    }

    /** No thread works under this lost lease any more. */
    void halted(Lease lease, boolean hadOverrun) {
        leavePlace();
        if (hadOverrun) {
            overruns.remove(lease);
            publish(new LeaseEvent.OverrunEnded(lease));
        }
    }

    void overrun(Lease lease) {
        overruns.add(lease);
        List<List<StackTraceElement>> stacks = lease.stacks();
        parts.events().execute(() -> {
            log.error(
                    "Work goes on though its lease {} was lost more than {} ago; it is at {}",
                    lease,
                    settings.haltGrace(),
                    stacks);
            tellSafely(new LeaseEvent.Overrun(lease, stacks));
        });
    }

    /** Ends a lease here and in the store; completes when the store has answered, or has been silent for too long. */
    CompletableFuture<?> giveBack(Lease lease) {
        if (!lease.claimGivingBack()) {
            return CompletableFuture.completedFuture(null);
        }
        State before = lease.released();
        if (before == State.HELD || before == State.SUSPECT) {
            if (lease.believed() == State.RELEASED) {
                held.remove(lease);
                leavePlace();
                publish(new LeaseEvent.Released(lease));
            } else {
                wasLost(lease, Loss.DEADLINE);
            }
        }
        if (lease.loss().filter(reason -> reason == Loss.REVOKED).isPresent()) {
            return CompletableFuture.completedFuture(null);
        }
        Terms terms = lease.terms();
        return new Asking<>(
                        () -> store.release(lease.key(), lease.completedTick()),
                        parts.renewer(),
                        parts.random(),
                        terms.patienceNanos(),
                        answer -> {})
                .start("release of " + lease, terms.patienceNanos() * RELEASE_TRIES_SPAN);
    }

    /** The answer of a request came when nobody waits for it any more. */
    void giveBackUnused(LeaseStore.LeaseKey key, Terms terms) {
        CompletableFuture<Boolean> unused = new Asking<>(
                        () -> store.release(key, null),
                        parts.renewer(),
                        parts.random(),
                        terms.patienceNanos(),
                        answer -> {})
                .start("release of " + key, terms.patienceNanos() * RELEASE_TRIES_SPAN);
    }

    /** Waits for the end of the work under these leases; answers false when interrupted. */
    boolean awaitNoWork(List<Lease> leases, Duration atMost) {
        long until = parts.ticker().getAsLong() + atMost.toNanos();
        synchronized (workEnd) {
            try {
                while (leases.stream().anyMatch(Lease::hasWork)) {
                    long left = until - parts.ticker().getAsLong();
                    if (left <= 0) {
                        return true;
                    }
                    TimeUnit.NANOSECONDS.timedWait(workEnd, left);
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** A thread has ended its work. */
    void workEnded() {
        synchronized (workEnd) {
            workEnd.notifyAll();
        }
    }

    void publish(LeaseEvent event) {
        parts.events().execute(() -> tellSafely(event));
    }

    /** Runs foreign code where it can hold up nothing but other foreign code. */
    void tell(Runnable callback) {
        parts.events().execute(() -> safely(callback));
    }

    private void tellSafely(LeaseEvent event) {
        safely(() -> listener.accept(event));
    }

    private static void safely(Runnable foreign) {
        try {
            foreign.run();
        } catch (RuntimeException | Error e) {
            log.error("A listener or callback of a lease failed", e);
        }
    }
}
