package io.muster.registry.lease;

import io.muster.api.Text;
import io.muster.registry.replication.ReplicatedLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases on a replicated log. Thread-safe; nothing here blocks. */
public final class LeaseService implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseService.class);
    private static final Logger audit = LoggerFactory.getLogger("io.muster.registry.audit");
    private static final long LOOK_MILLIS = 100;

    private final ReplicatedLog replicated;
    private final LeaseMachine machine;
    private final LeaseEvents events;
    private final ScheduledExecutorService ticker;
    private final AtomicBoolean ticking = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> looks;

    /**
     * @param replicated whose state machine is the next parameter
     * @param events where the machine tells its events
     * @param ticker runs the look at what is over; the caller shuts it down after {@link #close()}
     */
    public LeaseService(
            ReplicatedLog replicated, LeaseMachine machine, LeaseEvents events, ScheduledExecutorService ticker) {
        this.replicated = replicated;
        this.machine = machine;
        this.events = events;
        this.ticker = ticker;
    }

    /** Begins to notice what is over. */
    public synchronized void start() {
        events.subscribe(this::audit);
        looks = ticker.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Has a command carried out.
     *
     * @return its outcome, once a majority has stored it; fails as {@link ReplicatedLog#submit}
     */
    public CompletableFuture<LeaseOutcome> submit(LeaseCommand command) {
        return replicated.submit(LeaseCodec.encode(command)).thenApply(LeaseCodec::outcome);
    }

    /** What this node knows. */
    public LeaseMachine table() {
        return machine;
    }

    /** The log. */
    public ReplicatedLog replicated() {
        return replicated;
    }

    /** What becomes of leases, on this node. */
    public LeaseEvents events() {
        return events;
    }

    @Override
    public synchronized void close() {
        if (looks != null) {
            looks.cancel(false);
        }
    }

    /** On the leader alone: each event is written once, and what a start applies again is not. */
    private void audit(LeaseEvent event) {
        if (machine.isLeading()) {
            audit.info(
                    "{} {} token={} holder={}{}",
                    event.kind(),
                    Text.printable(event.name()),
                    event.token(),
                    Text.printable(event.holder()),
                    event.by().isEmpty() ? "" : " by=" + Text.printable(event.by()));
        }
    }

    private void look() {
        try {
            if (!machine.isDue() || !ticking.compareAndSet(false, true)) {
                return;
            }
            CompletableFuture<Void> unused = submit(new LeaseCommand.Tick()).handle((outcome, failure) -> {
                ticking.set(false);
                if (failure != null) {
                    log.debug("A tick of the lease clock was not stored; the next look tries again", failure);
                }
                return null;
            });
        } catch (RuntimeException e) {
            // A look that throws would never be scheduled again.
            ticking.set(false);
            log.error("The look at what leases are over failed; the next one goes on", e);
        }
    }
}
