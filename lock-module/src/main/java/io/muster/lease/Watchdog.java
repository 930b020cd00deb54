package io.muster.lease;

import io.muster.lease.LeaseSettings.OverrunPolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Sees to it that a lease whose time is up is lost and its work interrupted, on the watchdog loop alone. It does no I/O and
 * runs no foreign code, so that nothing can hold it up.
 */
final class Watchdog {
    private static final long PRESS_NANOS = Duration.ofSeconds(1).toNanos();

    private final Custody custody;
    private final Parts parts;
    private final long graceNanos;
    private final Intake<Lease> added = new Intake<>();
    private final Set<Lease> watched = new LinkedHashSet<>();
    private final Map<Lease, Halting> halting = new LinkedHashMap<>();
    private Loop.Timer timer = () -> {};
    private Loop.Timer presser = () -> {};

    Watchdog(Custody custody, Parts parts) {
        this.custody = custody;
        this.parts = parts;
        this.graceNanos = Terms.boundedNanos(custody.settings().haltGrace());
    }

    /** Work whose lease is lost and that has not ended. */
    private static final class Halting {
        private final long since;
        private boolean overrun;

        private Halting(long since) {
            this.since = since;
        }
    }

    /** Watches a lease, or looks at it again; from any thread. */
    void add(Lease lease) {
        if (added.add(lease, lease.tenure().wakeAt())) {
            parts.watchdog().execute(this::look);
        }
    }

    /** Interrupts the work of a lease that was just lost, until it ends; from any thread. */
    void halt(Lease lease) {
        parts.watchdog().execute(() -> {
            watched.remove(lease);
            halting.put(lease, new Halting(parts.ticker().getAsLong()));
            press();
        });
    }

    private void look() {
        timer.cancel();
        added.takeOut(watched::add);
        long now = parts.ticker().getAsLong();
        watched.removeIf(lease -> {
            if (lease.isHeld()) {
                custody.loseIfHeldTooLong(lease);
            }
            return lease.isOver();
        });
        watched.stream().mapToLong(lease -> lease.tenure().wakeAt() - now).min().ifPresent(delay -> {
            timer = parts.watchdog().schedule(Math.max(0, delay), this::look);
            added.timerSet(now + Math.max(0, delay));
        });
    }

    private void press() {
        presser.cancel();
        long now = parts.ticker().getAsLong();
        halting.entrySet().removeIf(entry -> pressed(entry.getKey(), entry.getValue(), now));
        halting.values().stream()
                .mapToLong(state -> restNanos(state, now))
                .min()
                .ifPresent(delay -> {
                    presser = parts.watchdog().schedule(delay, this::press);
                });
    }

    /** Until work has to be looked at again: at the end of the grace, and each second. */
    private long restNanos(Halting state, long now) {
        return state.overrun ? PRESS_NANOS : Math.min(PRESS_NANOS, graceNanos - (now - state.since));
    }

    private void haltIfAtWork(Lease lease) {
        if (lease.hasWork()) {
            parts.halt().run();
        }
    }

    /** Answers whether the work has ended. */
    private boolean pressed(Lease lease, Halting state, long now) {
        if (!lease.hasWork()) {
            custody.halted(lease, state.overrun);
            return true;
        }
        lease.interruptWork();
        if (!state.overrun && now - state.since >= graceNanos) {
            state.overrun = true;
            custody.overrun(lease);
            if (custody.settings().onOverrun() == OverrunPolicy.HALT) {
                // The log is written by another thread, which may hang; it gets a moment, not more.
                parts.watchdog().schedule(PRESS_NANOS, () -> haltIfAtWork(lease));
            }
        }
        return false;
    }
}
