package io.muster.lease;

import io.muster.lease.LeaseStore.LeaseKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that was granted to this process. It is renewed in the background until it is closed, lost, or older than its
 * {@code maxHold}. It belongs to whoever has this object, not to a thread, and is not re-entrant.
 *
 * <p>What is promised is not that no other process believes to hold it: a process that is paused cannot know that its time
 * is over. What is promised is that its {@link #fencingToken} is smaller than every later one, so that a resource that
 * checks tokens refuses it. All methods may be called from any thread; none but {@link #close} waits for anything.
 */
public final class Lease implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final LeaseKey key;
    private final String holder;
    private final LeaseRequest request;
    private final Terms terms;
    private final long grantedAt;
    private final LongSupplier ticker;
    private final Custody custody;
    private final Tenure tenure;
    // Nanoseconds of the ticker: until when the store keeps others out.
    private volatile long keptUntil;
    private final List<LeaseScope> scopes = new CopyOnWriteArrayList<>();
    private final LossCallbacks callbacks = new LossCallbacks();
    private final AtomicReference<@Nullable CompletableFuture<Optional<Boolean>>> givingBack = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> afterRelease = new AtomicReference<>();
    private volatile boolean completed;

    /** @param sentAt when the request was first sent, nanoseconds of the ticker */
    Lease(LeaseKey key, LeaseRequest request, Terms terms, long sentAt, Custody custody) {
        this.key = key;
        this.holder = custody.settings().holder();
        this.request = request;
        this.terms = terms;
        this.grantedAt = sentAt;
        this.custody = custody;
        this.ticker = custody.ticker();
        this.tenure = new Tenure(terms, sentAt, ticker);
        this.keptUntil = sentAt;
    }

    /** What a holder believes of its lease. */
    public enum State {
        /** Granted, and the last renewal was answered. */
        HELD,
        /** Held, but the last renewal failed; there is still time. */
        SUSPECT,
        /** Over, for one of the reasons in {@link Loss}. Final: a new acquisition gets a new token. */
        LOST,
        /** Given back. Final. */
        RELEASED
    }

    /** Why a lease was lost. */
    public enum Loss {
        /** No renewal succeeded in time. */
        DEADLINE,
        /** The store says that it is over. */
        REVOKED,
        /** It was held as long as it may be. */
        MAX_HOLD,
        /** This process stops while work was still going on. */
        CLOSED
    }

    /** The lease's name. */
    public String name() {
        return key.name();
    }

    /** From 1 to 2^53 - 1, larger than that of every earlier grant of this name; fixed at the grant. */
    public long fencingToken() {
        return key.token();
    }

    /** Who holds it, for people. */
    public String holder() {
        return holder;
    }

    /** The declared resources, whose fences were raised to this lease's token; sorted. */
    public Set<String> resources() {
        return request.resources();
    }

    /** How long it lives in the store without renewal. */
    public Duration ttl() {
        return Duration.ofNanos(terms.ttlNanos());
    }

    /** What is believed now. Time that is up counts as lost. */
    public State state() {
        boolean unused = isHeld();
        return believed();
    }

    /** Why it was lost; empty unless it was. */
    public Optional<Loss> loss() {
        boolean unused = isHeld();
        return Optional.ofNullable(tenure.hold().loss());
    }

    /**
     * The time until this lease reads as lost unless a renewal succeeds; zero when it is over. It is the TTL, counted from
     * before the last successful request was sent, less one percent for clocks of different rates and a margin of a
     * tenth (500 ms at least) for stopping. Asks nobody.
     */
    public Duration remaining() {
        return isHeld() ? Duration.ofNanos(Math.max(0, haltAt() - ticker.getAsLong())) : Duration.ZERO;
    }

    /** How long ago it was asked for. */
    public Duration age() {
        return Duration.ofNanos(ticker.getAsLong() - grantedAt);
    }

    /** Whether it is held, as far as this process can know. Asks nobody; once false, false for ever. */
    public boolean isHeld() {
        if (tenure.isHeld()) {
            return true;
        }
        if (tenure.expire()) {
            custody.wasLost(this, Loss.DEADLINE);
        }
        return !isOver();
    }

    /**
     * For between the steps of the work.
     *
     * @throws LeaseLostException if it is not held any more
     */
    public void ensureHeld() {
        if (!isHeld()) {
            throw lostException(null);
        }
    }

    /**
     * Calls back once when the lease is lost, soon when it is lost already, never when it is closed first. The work's own
     * threads are interrupted before and without this. Callbacks share one thread with listeners and should be short.
     *
     * @throws IllegalStateException if there are 64 callbacks already
     */
    public void onLost(Consumer<? super Loss> callback) {
        if (!callbacks.add(callback)) {
            loss().ifPresent(reason -> custody.tell(() -> callback.accept(reason)));
        }
    }

    /**
     * Moves the end of {@code maxHold}.
     *
     * @param fromNow more than zero
     * @return false when the lease is not held, or has been held as long as it may be; it stays over then
     * @throws IllegalArgumentException if the time is not positive
     */
    public boolean holdAtMost(Duration fromNow) {
        if (fromNow.isZero() || fromNow.isNegative()) {
            throw new IllegalArgumentException("fromNow must be positive but was " + fromNow);
        }
        if (!isHeld() || !tenure.holdAtMost(fromNow)) {
            return false;
        }
        custody.watch(this);
        return true;
    }

    /**
     * Keeps the others out for that long, also when the lease is given back before, also when this process ends after that:
     * the store then knows when it is over. What the store does not hear of expires with its TTL.
     *
     * @param fromNow zero for no time; {@link LeaseStore#MAX_REST} at most
     * @throws IllegalArgumentException if the time is negative or longer
     */
    public void holdAtLeast(Duration fromNow) {
        if (fromNow.isNegative() || fromNow.compareTo(LeaseStore.MAX_REST) > 0) {
            throw new IllegalArgumentException(
                    "fromNow must be from zero to " + LeaseStore.MAX_REST + " but was " + fromNow);
        }
        keptUntil = ticker.getAsLong() + fromNow.toNanos();
    }

    /**
     * Does work under this lease on the current thread: {@link LeaseContext#current} answers this lease meanwhile, and
     * the thread is interrupted when the lease is lost, again each second until the work ends. An interrupt on this
     * account does not outlive the call.
     *
     * @throws LeaseLostException if the lease is not held, or the work failed after it was lost; the work's exception is
     *     the cause
     * @throws Exception what the work throws while the lease is held
     */
    public <T extends @Nullable Object> T call(Callable<T> task) throws Exception {
        LeaseScope scope = enter();
        try {
            return task.call();
        } catch (LeaseLostException e) {
            throw e;
        } catch (Exception e) {
            throw believed() == State.LOST ? lostException(e) : e;
        } finally {
            scope.close();
        }
    }

    /**
     * Begins work under this lease on the current thread, for frameworks that learn of begin and end by calls; otherwise
     * {@link #call} is better. Until the scope is closed, everything is as in {@code call}.
     *
     * @throws LeaseLostException if the lease is not held
     */
    public LeaseScope enter() {
        LeaseScope scope = new LeaseScope(this, LeaseContext.interrupts());
        scopes.add(scope);
        try {
            ensureHeld();
            LeaseContext.enter(scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
        return scope;
    }

    /** As {@link #call}, for work that answers nothing and throws nothing checked. */
    public void run(Runnable task) {
        try {
            Void unused = call(() -> {
                task.run();
                return null;
            });
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a Runnable threw a checked exception", e);
        }
    }

    /** Says that the work of the request's tick is done; kept in the store when the lease is closed in time. */
    public void markCompleted() {
        completed = true;
    }

    /**
     * Gives the lease back, and waits for the store a sixth of the TTL at most. What the store does not hear of expires by
     * itself. Closing again does nothing.
     */
    @Override
    public void close() {
        Optional<Boolean> unused = release();
    }

    /**
     * As {@link #close}; answers whether the store still held it for this process. If not, it was over before anybody here
     * knew, and others may have held it meanwhile.
     *
     * @return empty when the store did not answer in time
     */
    public Optional<Boolean> release() {
        try {
            return giveBack().get(terms.patienceNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("Lease {} is left to expire", this, e);
        }
        return Optional.empty();
    }

    LeaseKey key() {
        return key;
    }

    Terms terms() {
        return terms;
    }

    /** Its time, which the caller may let pass, but for losses: they are {@link Custody}'s to tell. */
    Tenure tenure() {
        return tenure;
    }

    /** The local deadline less the margin, nanoseconds of the ticker. */
    long haltAt() {
        return tenure.hold().haltAt();
    }

    /** How long the store has to keep it when it is given back now; zero or less for no time. */
    long restNanos() {
        return keptUntil - ticker.getAsLong();
    }

    boolean isOver() {
        return tenure.hold().isFinal();
    }

    /** As {@link #release}, without waiting. */
    CompletableFuture<Optional<Boolean>> giveBack() {
        return custody.giveBack(this);
    }

    /** A lease is given back once: answers null for the first, who has to complete the answer, and its answer for others. */
    @Nullable
    CompletableFuture<Optional<Boolean>> claimGivingBack(CompletableFuture<Optional<Boolean>> answer) {
        return givingBack.compareAndSet(null, answer) ? null : givingBack.get();
    }

    @Nullable
    Instant completedTick() {
        return completed ? request.tick() : null;
    }

    State believed() {
        return tenure.hold().state();
    }

    /** Calls back once when the lease was given back before it was lost, soon when that was already. */
    void onReleased(Runnable callback) {
        afterRelease.set(callback);
        if (believed() == State.RELEASED) {
            tellReleased();
        }
    }

    void tellReleased() {
        Runnable callback = afterRelease.getAndSet(null);
        if (callback != null) {
            custody.tell(callback);
        }
    }

    /** Each callback once; later ones are told by {@link #onLost}. */
    List<Consumer<? super Loss>> takeCallbacks() {
        return callbacks.take();
    }

    void interruptWork() {
        scopes.forEach(LeaseScope::interrupt);
    }

    boolean hasWork() {
        return !scopes.isEmpty();
    }

    List<List<StackTraceElement>> stacks() {
        return scopes.stream().map(LeaseScope::stack).toList();
    }

    /** The scope's thread works under this lease no more. */
    void left(LeaseScope scope) {
        if (scopes.remove(scope)) {
            custody.workEnded();
        }
    }

    private LeaseLostException lostException(@Nullable Throwable cause) {
        return new LeaseLostException(name(), fencingToken(), believed(), cause);
    }

    @Override
    public String toString() {
        return name() + "#" + fencingToken() + " " + believed();
    }
}
