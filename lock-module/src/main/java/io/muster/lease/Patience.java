package io.muster.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Sees to the time of questions that are not answered at once. Most are, and a timer for each, which wakes its loop and is
 * cancelled, would cost more than the rest of a lease; so all that were asked within a little while are looked at together.
 */
final class Patience {
    /** Less wakes more often; more would not be short beside the shortest wait, a sixth of the shortest TTL. */
    private static final long A_WHILE_NANOS = 20_000_000;

    private final Loop loop;
    private final LongSupplier ticker;
    private final Intake<Asking<?>> asked = new Intake<>();
    private final List<Asking<?>> waiting = new ArrayList<>();
    private boolean armed;
    private long looksAt;

    /** @param ticker monotonic nanoseconds */
    Patience(Loop loop, LongSupplier ticker) {
        this.loop = loop;
        this.ticker = ticker;
    }

    /** Lets a question that is unanswered in a little while set its timers; from any thread. */
    void add(Asking<?> asking) {
        if (asked.add(asking, ticker.getAsLong() + A_WHILE_NANOS)) {
            loop.execute(this::arm);
        }
    }

    private void arm() {
        asked.takeOut(waiting::add);
        if (!armed) {
            armed = true;
            looksAt = ticker.getAsLong() + A_WHILE_NANOS;
            Loop.Timer unused = loop.schedule(A_WHILE_NANOS, this::look);
        }
        asked.timerSet(looksAt);
    }

    private void look() {
        armed = false;
        asked.takeOut(waiting::add);
        for (Asking<?> asking : waiting) {
            asking.watch();
        }
        waiting.clear();
    }
}
