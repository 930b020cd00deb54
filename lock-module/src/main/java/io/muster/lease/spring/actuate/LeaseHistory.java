package io.muster.lease.spring.actuate;

import io.muster.lease.Lease;
import io.muster.lease.LeaseEvent;
import io.muster.lease.spring.LeaseListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last grants, losses and refusals of this process, fifty of each, so that a job that is refused each second pushes no loss
 * out. Thread-safe.
 */
final class LeaseHistory implements LeaseListener {
    static final int KEPT = 50;

    private final Supplier<Instant> now;
    private final Deque<Entry> grants = new ArrayDeque<>();
    private final Deque<Entry> losses = new ArrayDeque<>();
    private final Deque<Entry> refusals = new ArrayDeque<>();

    /** @param now the time of day, for people */
    LeaseHistory(Supplier<Instant> now) {
        this.now = now;
    }

    /**
     * What happened.
     *
     * @param at by this process's clock
     * @param lease its name
     * @param event what happened, in lower case with dashes
     * @param token of the lease; null when nothing was granted
     * @param detail who holds it, why it was lost, what failed; null when there is nothing to add
     */
    record Entry(
            Instant at,
            String lease,
            String event,
            @Nullable Long token,
            @Nullable String detail) {}

    /** Latest first. */
    synchronized List<Entry> grants() {
        return List.copyOf(grants);
    }

    /** Latest first. */
    synchronized List<Entry> losses() {
        return List.copyOf(losses);
    }

    /** Latest first. */
    synchronized List<Entry> refusals() {
        return List.copyOf(refusals);
    }

    @Override
    public void on(LeaseEvent event) {
        if (event instanceof LeaseEvent.Acquired acquired) {
            keep(grants, acquired.lease(), "acquired", null);
        } else if (event instanceof LeaseEvent.Elected elected) {
            keep(grants, elected.lease(), "elected", null);
        } else if (event instanceof LeaseEvent.Lost lost) {
            keep(losses, lost.lease(), "lost", lost.reason().name());
        } else if (event instanceof LeaseEvent.Suspect suspect) {
            keep(losses, suspect.lease(), "suspect", null);
        } else if (event instanceof LeaseEvent.Overrun overrun) {
            keep(losses, overrun.lease(), "overrun", null);
        } else if (event instanceof LeaseEvent.Refused refused) {
            keep(refusals, new Entry(now.get(), event.name(), "refused", null, "held by " + refused.holder()));
        } else if (event instanceof LeaseEvent.AlreadyRan ran) {
            keep(refusals, new Entry(now.get(), event.name(), "already-ran", null, "completed " + ran.completed()));
        } else if (event instanceof LeaseEvent.Failed failed) {
            keep(refusals, new Entry(now.get(), event.name(), "failed", null, String.valueOf(failed.cause())));
        }
    }

    private void keep(Deque<Entry> entries, Lease lease, String event, @Nullable String detail) {
        keep(entries, new Entry(now.get(), lease.name(), event, lease.fencingToken(), detail));
    }

    private synchronized void keep(Deque<Entry> entries, Entry entry) {
        entries.addFirst(entry);
        if (entries.size() > KEPT) {
            Entry unused = entries.removeLast();
        }
    }
}
