package io.muster.lease;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs listeners and callbacks, one after the other, where they can hold up nothing but each other. Thread-safe.
 *
 * <p>A listener that hangs must not fill the memory. While 10,000 events wait, those that come at any rate (refusals, failures,
 * leases that come and go, renewals that fail and succeed) are dropped; losses, overruns and elections never are.
 */
final class Announcements {
    private static final Logger log = LoggerFactory.getLogger(Announcements.class);
    private static final int MAX_WAITING = 10_000;

    /** Nobody; what he would be told wakes no thread. */
    static final Consumer<LeaseEvent> NOBODY = event -> {};

    private final Loop loop;
    private final Consumer<? super LeaseEvent> listener;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();

    Announcements(Loop loop, Consumer<? super LeaseEvent> listener) {
        this.loop = loop;
        this.listener = listener;
    }

    void publish(LeaseEvent event) {
        if (listener == NOBODY) {
            return;
        }
        if (waiting.get() >= MAX_WAITING && mayBeDropped(event)) {
            dropped.incrementAndGet();
            return;
        }
        waiting.incrementAndGet();
        loop.execute(() -> {
            waiting.decrementAndGet();
            int missing = dropped.getAndSet(0);
            if (missing > 0) {
                log.warn("A listener of leases is too slow: {} events were dropped", missing);
            }
            tellNow(event);
        });
    }

    /** Runs a callback, or what else may take its time; answers false when the loop has ended. */
    boolean run(Runnable callback) {
        return loop.execute(() -> safely(callback));
    }

    /** On the loop. */
    void tellNow(LeaseEvent event) {
        safely(() -> listener.accept(event));
    }

    /** On the loop. */
    void safely(Runnable foreign) {
        try {
            foreign.run();
        } catch (RuntimeException | Error e) {
            log.error("A listener or callback of a lease failed", e);
        }
    }

    private static boolean mayBeDropped(LeaseEvent event) {
        return event instanceof LeaseEvent.Refused
                || event instanceof LeaseEvent.AlreadyRan
                || event instanceof LeaseEvent.Failed
                || event instanceof LeaseEvent.Acquired
                || event instanceof LeaseEvent.Released
                || event instanceof LeaseEvent.Suspect
                || event instanceof LeaseEvent.Recovered;
    }
}
