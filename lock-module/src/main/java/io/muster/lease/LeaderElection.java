package io.muster.lease;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's part in the election of a leader: it leads while it holds the lease of the role. Thread-safe.
 *
 * <p>After a refusal it asks again when the leader's lease could be over, at the latest after a third of the TTL and a random
 * tenth of that; so a dead leader is followed within its TTL and that time. After a loss it waits until the work of the lost lease has ended.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);
    private static final long MIN_WAIT_NANOS = Duration.ofMillis(50).toNanos();
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    private final LeaseRequest request;
    private final Terms terms;
    private final Custody custody;
    private final Acquisition acquisition;
    private final Parts parts;
    private final Consumer<LeaderElection> atEnd;
    private final AtomicReference<@Nullable Lease> leading = new AtomicReference<>();
    private volatile boolean stopped;

    /** @throws IllegalArgumentException if the request cannot work */
    LeaderElection(
            LeaseRequest request,
            Custody custody,
            Acquisition acquisition,
            Parts parts,
            Consumer<LeaderElection> atEnd) {
        if (request.tick() != null) {
            throw new IllegalArgumentException("tick must be absent in an election but was " + request.tick());
        }
        this.request = request.maxHold() == null ? request.withMaxHold(FOR_EVER) : request;
        this.terms = acquisition.checkedTerms(this.request);
        this.custody = custody;
        this.acquisition = acquisition;
        this.parts = parts;
        this.atEnd = atEnd;
    }

    void start() {
        parts.renewer().execute(this::campaign);
    }

    /** The role, which is the name of its lease. */
    public String role() {
        return request.name();
    }

    /** Whether this process leads, as far as it can know. Asks nobody. */
    public boolean isLeader() {
        return lease().isPresent();
    }

    /**
     * The lease of the leader, for its token and its {@link Lease#call}; empty unless this process leads. Whoever closes it makes
     * the process step down; the election goes on, and asks again after a third of the TTL.
     */
    public Optional<Lease> lease() {
        return Optional.ofNullable(leading.get()).filter(Lease::isHeld);
    }

    /**
     * Leaves the election; a leader gives its lease back and waits for the store a sixth of the TTL at most. Work that still
     * runs under it is interrupted, and the lease is left to expire then.
     */
    @Override
    public void close() {
        CompletableFuture<?> given = resign();
        try {
            Object unused = given.get(terms.patienceNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("The lease of role \"{}\" is left to expire", role(), e);
        }
    }

    /** As {@link #close}, without waiting. */
    CompletableFuture<?> resign() {
        stop();
        atEnd.accept(this);
        Lease lease = leading.get();
        if (lease == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (lease.hasWork()) {
            custody.lose(lease, Lease.Loss.CLOSED);
            depose(lease);
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?> given = custody.giveBack(lease);
        depose(lease);
        return given;
    }

    /** Asks no more; a leader keeps its lease. */
    void stop() {
        stopped = true;
    }

    private void campaign() {
        if (stopped) {
            return;
        }
        CompletableFuture<Attempt> asked;
        try {
            asked = acquisition.ask(request);
        } catch (RuntimeException | Error e) {
            failed(e);
            return;
        }
        var unused = asked.whenComplete((attempt, failure) -> parts.renewer().execute(() -> {
            if (attempt instanceof Attempt.Granted granted) {
                granted(granted.lease());
            } else if (attempt instanceof Attempt.Refused refused) {
                again(Math.min(Terms.boundedNanos(refused.atMost()) + MIN_WAIT_NANOS, terms.renewalNanos()));
            } else {
                failed(failure);
            }
        }));
    }

    private void granted(Lease lease) {
        try {
            parts.workers().execute(() -> {
                try {
                    acquisition.raiseFences(lease);
                    elected(lease);
                } catch (RuntimeException | Error e) {
                    failed(e);
                }
            });
        } catch (RuntimeException | Error e) {
            var unused = custody.giveBack(lease);
            failed(e);
        }
    }

    private void elected(Lease lease) {
        leading.set(lease);
        custody.publish(new LeaseEvent.Elected(lease));
        lease.onLost(reason -> {
            depose(lease);
            parts.renewer().execute(() -> afterLoss(lease));
        });
        lease.onReleased(() -> {
            depose(lease);
            again(terms.renewalNanos());
        });
        if (stopped) {
            var unused = resign();
        }
    }

    /** Once for each time of leading. */
    private void depose(Lease lease) {
        if (leading.compareAndSet(lease, null)) {
            custody.publish(new LeaseEvent.Deposed(lease));
        }
    }

    private void afterLoss(Lease lease) {
        if (lease.hasWork()) {
            parts.renewer().schedule(terms.renewalNanos(), () -> afterLoss(lease));
        } else {
            var unused = custody.giveBack(lease);
            campaign();
        }
    }

    private void failed(@Nullable Throwable failure) {
        log.warn("Election \"{}\" could not ask for its lease; it will again: {}", role(), String.valueOf(failure));
        if (failure != null) {
            custody.publish(new LeaseEvent.Failed(role(), failure));
        }
        again(terms.patienceNanos());
    }

    private void again(long nanos) {
        parts.renewer().execute(() -> {
            long wait = nanos + parts.random().nextLong(Math.max(1, nanos / 10));
            parts.renewer().schedule(wait, this::campaign);
        });
    }
}
