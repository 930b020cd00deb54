package io.muster.client;

import io.muster.api.WatcherEvent;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a lost stream is opened again, and what the operator is told: one warning per outage, none for an end that
 * the registry announced and soon made good. Belongs to the event loop.
 */
final class Reconnection {
    private static final Logger log = LoggerFactory.getLogger(Reconnection.class);
    private static final String STREAM = "stream";
    /** A stream that lasted this long was no accident: the next waits start short again. */
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How long a registry that announced its end may be away before it is an outage. */
    private static final long PLANNED_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** Spreads the clients of one lost node over the next one. */
    private static final long SPREAD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ClientConfig config;
    private final ClientRuntime runtime;
    private final Access access;
    private final Backoff backoff;
    private int failedInRow;
    private long sinceNanos;
    private boolean planned;
    private boolean warned;

    Reconnection(ClientConfig config, ClientRuntime runtime, Access access) {
        this.config = config;
        this.runtime = runtime;
        this.access = access;
        this.backoff = newBackoff();
    }

    /**
     * A stream that ended.
     *
     * @param wasOpen whether the registry had spoken on it
     * @param announced whether the registry had said that it would end
     */
    record Loss(StreamConnection connection, StreamConnection.End end, boolean wasOpen, boolean announced) {}

    Backoff newBackoff() {
        return new Backoff(
                config.backoffInitial().toNanos(), config.backoffMax().toNanos(), runtime.random());
    }

    void opened(StreamConnection connection, WatcherEvent event, boolean quiet) {
        failedInRow = 0;
        access.accepted(STREAM);
        if (warned) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(now() - sinceNanos);
            log.info("Connected to registry {} again after {} s", connection.registry(), seconds);
        } else if (!quiet) {
            log.info("Connected to registry {} at {}", connection.registry(), event.position());
        }
        warned = false;
        planned = false;
    }

    /** Takes a loss; answers how long to wait, in nanoseconds. */
    long lost(Loss loss, int views) {
        long now = now();
        if (loss.wasOpen()) {
            sinceNanos = now;
            planned = loss.announced();
            if (now - loss.connection().openedNanos() >= STABLE_NANOS) {
                backoff.reset();
            }
            log.info(
                    "Lost the stream of registry {}: {}; opening it again",
                    loss.connection().registry(),
                    loss.end().problem());
        } else {
            if (failedInRow == 0 && !planned) {
                sinceNanos = now;
            }
            failedInRow++;
            if (loss.end().isRefusal()) {
                access.refused(STREAM, loss.end().status(), loss.end().problem());
            } else {
                warnOnce(loss, views, now);
            }
        }
        return delayNanos(loss);
    }

    private long delayNanos(Loss loss) {
        boolean roundLeft = failedInRow % config.registryUrls().size() != 0;
        if (loss.announced() || roundLeft) {
            return runtime.random().nextLong(SPREAD_NANOS);
        }
        if (loss.end().isRefusal()) {
            return backoff.longNanos();
        }
        return Math.max(
                backoff.nextNanos(),
                loss.end().retryAfterNanos() + runtime.random().nextLong(SPREAD_NANOS));
    }

    private void warnOnce(Loss loss, int views, long now) {
        boolean wholeRound = failedInRow >= config.registryUrls().size();
        boolean forgiven = planned && now - sinceNanos < PLANNED_NANOS;
        if (warned || !wholeRound || forgiven) {
            return;
        }
        warned = true;
        log.warn(
                "No registry of {} can be used, the last one because of: {}. {} services keep their last view; trying again"
                        + " until one answers. Check that a registry runs there and can be reached from this machine",
                config.registryUrls(),
                loss.end().problem(),
                views);
    }

    private long now() {
        return runtime.nanoTime().getAsLong();
    }
}
