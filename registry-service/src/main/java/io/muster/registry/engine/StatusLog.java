package io.muster.registry.engine;

import io.muster.api.InstanceStatus;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.InstanceRecord;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs which instance came, went, or takes requests no more or again, and why; other changes are not for people. When much
 * happens at once it logs some of it and how much more there was. Thread-safe.
 */
public final class StatusLog {
    private static final Logger log = LoggerFactory.getLogger(StatusLog.class);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int LINES_PER_WINDOW = 20;

    private final LongSupplier nanoClock;
    private long windowNanos;
    private int lines;
    private long unsaid;

    /** @param nanoClock monotonic time in nanoseconds */
    public StatusLog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.windowNanos = nanoClock.getAsLong();
    }

    /** Tells what happened. */
    public void tell(List<Change> changes) {
        if (!log.isInfoEnabled()) {
            return;
        }
        for (Change change : changes) {
            InstanceRecord record = change.now();
            InstanceStatus now = record == null ? null : record.status();
            if (now != change.before() && mayTell()) {
                log.info(
                        "{} {}: {} -> {} ({}: {})",
                        change.key().service().service(),
                        change.key().id(),
                        change.before() == null ? "new" : change.before(),
                        now == null ? "gone" : now,
                        change.source().name().toLowerCase(Locale.ROOT),
                        change.reason());
            }
        }
    }

    private synchronized boolean mayTell() {
        long now = nanoClock.getAsLong();
        if (now - windowNanos >= WINDOW_NANOS) {
            if (unsaid > 0) {
                log.info("... and {} more instances came, went or changed their status", unsaid);
            }
            windowNanos = now;
            lines = 0;
            unsaid = 0;
        }
        if (lines < LINES_PER_WINDOW) {
            lines++;
            return true;
        }
        unsaid++;
        return false;
    }
}
