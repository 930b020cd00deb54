package io.muster.registry.health;

import io.muster.api.Check;
import io.muster.registry.catalogue.InstanceRecord;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What {@link DeadlineTracker} knows of one generation of an instance. Any thread reads and writes. */
final class Deadline {
    private static final long CONNECT_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    volatile InstanceRecord record;
    volatile long heardNanos;
    volatile int extensions;
    volatile boolean silent;
    volatile long silentSinceNanos;

    /** It is to be asked who it is, and was not yet. */
    volatile boolean unasked;

    volatile boolean failing;
    volatile long failingSinceNanos;
    volatile boolean refused;

    /** It passes, and is to be connected to: it may be gone. */
    volatile boolean suspected;

    /** It refused, was heard of since, and is to be connected to. */
    volatile boolean returned;

    volatile boolean proposed;
    volatile long proposedNanos;
    volatile int failures;
    volatile int passes;
    volatile String reason = "";
    private boolean connecting;
    private boolean connectedBefore;
    private long connectingSinceNanos;

    Deadline(InstanceRecord record, long heardNanos) {
        this.record = record;
        this.heardNanos = heardNanos;
    }

    @Nullable
    Check check() {
        return record.registration().check();
    }

    /** Whether silence has lasted long enough to count, its probe window left aside. */
    boolean isOverTheLimit() {
        Check check = check();
        return check == null || failures >= check.failures();
    }

    /** Whether a connection may be tried now: one at a time, one a second. If so, {@link #endConnecting} is to follow. */
    synchronized boolean beginConnecting(long nowNanos) {
        long pause = connecting ? 2 * DeadlineTracker.PROBE_WINDOW_NANOS : CONNECT_PAUSE_NANOS;
        if (connectedBefore && nowNanos - connectingSinceNanos < pause) {
            return false;
        }
        connecting = true;
        connectedBefore = true;
        connectingSinceNanos = nowNanos;
        return true;
    }

    /** @param looked whether it was connected to; if not, the next attempt needs no pause */
    synchronized void endConnecting(boolean looked) {
        connecting = false;
        connectedBefore = looked;
    }
}
