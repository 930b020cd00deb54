package io.muster.lease.spring;

import io.muster.lease.LeaseEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns when runs are skipped because a planned time that is still to come is kept as done: a process with a clock far ahead
 * has run it, and until then nobody runs. Called on one thread.
 */
final class TicksAhead implements LeaseListener {
    private static final Logger log = LoggerFactory.getLogger(TicksAhead.class);
    private static final Duration AHEAD = Duration.ofMinutes(5);
    private static final int MAX_NAMES = 1000;

    private final Supplier<Instant> now;
    private final Map<String, Instant> told = new HashMap<>();

    /** @param now the time of day */
    TicksAhead(Supplier<Instant> now) {
        this.now = now;
    }

    @Override
    public void on(LeaseEvent event) {
        if (event instanceof LeaseEvent.AlreadyRan ran
                && ran.completed().isAfter(now.get().plus(AHEAD))
                && !ran.completed().equals(told.get(ran.name()))
                && told.size() < MAX_NAMES) {
            told.put(ran.name(), ran.completed());
            log.warn(
                    "Lease \"{}\" is skipped until {}, which is kept as done already: the clock of a process was ahead. To run"
                            + " before, delete the lease's record in the store while nobody holds it",
                    ran.name(),
                    ran.completed());
        }
    }
}
