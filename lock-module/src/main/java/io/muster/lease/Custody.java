package io.muster.lease;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leases that this process holds, and what becomes of them. Thread-safe. */
final class Custody {
    private static final Logger log = LoggerFactory.getLogger(Custody.class);
    private static final int RELEASE_TRIES_SPAN = 3;

    private final LeaseStore store;
    private final LeaseSettings settings;
    private final Parts parts;
    private final Announcements announcements;
    private final Patience patience;
    private final Renewals renewals;
    private final Watchdog watchdog;
    private final Set<Lease> held = ConcurrentHashMap.newKeySet();
    private final Set<Lease> overruns = ConcurrentHashMap.newKeySet();
    private final Object workEnd = new Object();
    private final AtomicInteger places = new AtomicInteger();
    private final Map<Object, CompletableFuture<?>> asked = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean ended;

    Custody(LeaseStore store, LeaseSettings settings, Parts parts, Consumer<? super LeaseEvent> listener) {
        this.store = store;
        this.settings = settings;
        this.parts = parts;
        this.announcements = new Announcements(parts.events(), listener);
        this.patience = new Patience(parts.renewer(), parts.ticker());
        this.renewals = new Renewals(this, parts);
        this.watchdog = new Watchdog(this, parts);
    }

    LeaseStore store() {
        return store;
    }

    LeaseSettings settings() {
        return settings;
    }

    Patience patience() {
        return patience;
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

    /** An answer that somebody waits for: it fails when all ends, because nobody is left then who would see to its time. */
    void expect(CompletableFuture<?> answer) {
        if (answer.isDone()) {
            return;
        }
        Object place = new Object();
        asked.put(place, answer);
        CompletableFuture<?> unused = answer.whenComplete((value, failure) -> asked.remove(place));
        if (ended) {
            end();
        }
    }

    /** Fails whatever is still waited for. */
    void end() {
        ended = true;
        asked.values()
                .forEach(answer -> answer.completeExceptionally(new IllegalStateException("the leases are closed")));
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

    /** Looks again at when a lease ends. */
    void watch(Lease lease) {
        watchdog.add(lease);
    }

    /** Loses a lease that has been held as long as it may be, and no other. */
    void loseIfHeldTooLong(Lease lease) {
        if (lease.tenure().endByMaxHold()) {
            wasLost(lease, Loss.MAX_HOLD);
        }
    }

    void lose(Lease lease, Loss reason) {
        State before = lease.tenure().lost(reason);
        if (before == State.HELD || before == State.SUSPECT) {
            wasLost(lease, reason);
        }
    }

    /** The lease's state was just changed to LOST, by this thread. */
    void wasLost(Lease lease, Loss reason) {
        held.remove(lease);
        watchdog.halt(lease);
        announcements.run(() -> {
            log.warn("Lease {} was lost: {}", lease, reason);
            announcements.tellNow(new LeaseEvent.Lost(lease, reason));
            lease.takeCallbacks().forEach(callback -> announcements.safely(() -> callback.accept(reason)));
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
        announcements.run(() -> {
            log.error(
                    "Work goes on though its lease {} was lost more than {} ago; it is at {}",
                    lease,
                    settings.haltGrace(),
                    stacks);
            announcements.tellNow(new LeaseEvent.Overrun(lease, stacks));
        });
    }

    /**
     * Ends a lease here and in the store; completes when the store has answered, or has been silent for too long. Answers
     * whether it was live in the store, empty when that is not known.
     */
    CompletableFuture<Optional<Boolean>> giveBack(Lease lease) {
        CompletableFuture<Optional<Boolean>> answer = new CompletableFuture<>();
        CompletableFuture<Optional<Boolean>> earlier = lease.claimGivingBack(answer);
        if (earlier != null) {
            return earlier;
        }
        State before = lease.tenure().released();
        if (before == State.HELD || before == State.SUSPECT) {
            if (lease.believed() == State.RELEASED) {
                held.remove(lease);
                leavePlace();
                publish(new LeaseEvent.Released(lease));
                lease.tellReleased();
            } else {
                wasLost(lease, Loss.DEADLINE);
            }
        }
        if (lease.loss().filter(reason -> reason == Loss.REVOKED).isPresent()) {
            answer.complete(Optional.of(false));
            return answer;
        }
        Terms terms = lease.terms();
        AtomicInteger tries = new AtomicInteger();
        Supplier<CompletionStage<Boolean>> question = () -> {
            tries.incrementAndGet();
            return release(lease);
        };
        var unused = new Asking<>(question, parts, terms.patienceNanos(), late -> {})
                .start("release of " + lease, terms.patienceNanos() * RELEASE_TRIES_SPAN, patience)
                .whenComplete((live, failure) -> {
                    if (failure == null) {
                        answer.complete(givenBack(lease, live, tries.get()));
                        return;
                    }
                    if (lease.restNanos() > 0) {
                        log.warn(
                                "The store does not know how long lease {} is to be kept: {}",
                                lease,
                                failure.toString());
                    }
                    answer.completeExceptionally(failure);
                });
        return answer;
    }

    private CompletionStage<Boolean> release(Lease lease) {
        Duration rest = Duration.ofMillis((lease.restNanos() + 999_999) / 1_000_000);
        return rest.isZero() || rest.isNegative()
                ? store.release(lease.key(), lease.completedTick())
                : store.releaseLater(lease.key(), rest, lease.completedTick());
    }

    private static Optional<Boolean> givenBack(Lease lease, boolean live, int tries) {
        if (!live && tries > 1) {
            // It may be over because it was released by an earlier try.
            return Optional.empty();
        }
        if (!live && lease.believed() == State.RELEASED) {
            log.warn("Lease {} was over in the store before it was given back; others may have held it", lease);
        }
        return Optional.of(live);
    }

    /** The answer of a request came when nobody waits for it any more. */
    void giveBackUnused(LeaseStore.LeaseKey key, Terms terms) {
        CompletableFuture<Boolean> unused = new Asking<>(
                        () -> store.release(key, null), parts, terms.patienceNanos(), answer -> {})
                .start("release of " + key, terms.patienceNanos() * RELEASE_TRIES_SPAN, patience);
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
        announcements.publish(event);
    }

    /** Runs foreign code where it can hold up nothing but other foreign code; answers false when all has ended. */
    boolean tell(Runnable callback) {
        return announcements.run(callback);
    }
}
