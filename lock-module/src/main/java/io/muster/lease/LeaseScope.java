package io.muster.lease;

import java.util.List;

/**
 * The work of one thread under a lease, from {@link Lease#enter} to {@link #close}. Once it has ended, the thread is never
 * interrupted on its account, and an interrupt on its account that is still pending is cleared; one of somebody else stays.
 */
public final class LeaseScope implements AutoCloseable {
    private final Lease lease;
    private final ThreadInterrupts interrupts;
    private volatile boolean ended;
    private boolean interrupted;

    /** @param interrupts of the thread, shared by all its scopes */
    LeaseScope(Lease lease, ThreadInterrupts interrupts) {
        this.lease = lease;
        this.interrupts = interrupts;
    }

    /** The lease, which may be over meanwhile. */
    public Lease lease() {
        return lease;
    }

    /**
     * Ends the work; belongs to the thread that began it. From another one it ends the interrupts alone: the work's thread
     * stays in its {@link LeaseContext} until it closes the scope too or enters another one, so that what it goes on to
     * write is refused once the lease is over. Closing again does nothing. Gives nothing back.
     */
    @Override
    public void close() {
        if (interrupts.isOfThisThread()) {
            LeaseContext.leave(this);
        }
        interrupts.end(this);
        lease.left(this);
    }

    ThreadInterrupts interrupts() {
        return interrupts;
    }

    boolean isOpen() {
        return !ended;
    }

    void interrupt() {
        interrupts.interrupt(this);
    }

    /** Answers whether it was not before; under the lock of the interrupts. */
    boolean markInterrupted() {
        boolean first = !interrupted;
        interrupted = true;
        return first;
    }

    /** Answers whether it ends now and was interrupted; under the lock of the interrupts. */
    boolean markEnded() {
        boolean now = !ended && interrupted;
        ended = true;
        return now;
    }

    List<StackTraceElement> stack() {
        return interrupts.stack();
    }
}
