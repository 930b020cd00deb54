package io.muster.benchmarks.lease;

import io.muster.lease.Lease;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Work that writes under a lease until it is stopped, or until it is interrupted if it obeys that. */
final class CutWork implements Runnable {
    private static final long PAUSE_NANOS = 10_000_000;
    private static final Duration MIN_MARGIN = Duration.ofMillis(500);

    private final Lease lease;
    private final Holder.Write write;
    private final boolean obeys;
    private volatile boolean stopped;
    private volatile boolean interrupted;
    private volatile long interruptedAt;
    private volatile long haltAt;
    private volatile long refused;

    CutWork(Lease lease, Holder.Write write, boolean obeys) {
        this.lease = lease;
        this.write = write;
        this.obeys = obeys;
        this.haltAt = System.nanoTime();
    }

    @Override
    public void run() {
        long refusals = 0;
        while (!stopped && !(obeys && interrupted)) {
            long now = System.nanoTime();
            long remaining = lease.remaining().toNanos();
            if (remaining > 0) {
                haltAt = now + remaining;
            }
            try {
                write.accept(new Entry("holder", System.nanoTime()));
            } catch (Exception e) {
                refused = ++refusals;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted() && !interrupted) {
                interruptedAt = System.nanoTime();
                interrupted = true;
            }
        }
    }

    /** Ends it, soon. */
    void stop() {
        stopped = true;
    }

    /** When the last grant or renewal that was answered ends for its holder: when the lease reads as lost, and the margin. */
    long deadline() {
        return haltAt + Math.max(lease.ttl().toNanos() / 10, MIN_MARGIN.toNanos());
    }

    boolean wasInterrupted() {
        return interrupted;
    }

    /** When it saw the interrupt, nanoseconds of the machine's monotonic clock. */
    long interruptedAt() {
        return interruptedAt;
    }

    /** How many writes failed. */
    long refused() {
        return refused;
    }
}
