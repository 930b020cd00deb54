package io.muster.lease;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The interrupts of one thread on account of its leases, shared by all its scopes: the flag of a thread does not say whose it
 * is, so they are told apart by whether it was up before. Thread-safe.
 */
final class ThreadInterrupts {
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private int interruptedScopes;
    private boolean ours;
    private boolean others;

    ThreadInterrupts(Thread thread) {
        this.thread = thread;
    }

    boolean isOfThisThread() {
        return Thread.currentThread() == thread;
    }

    List<StackTraceElement> stack() {
        return List.of(thread.getStackTrace());
    }

    void interrupt(LeaseScope scope) {
        lock.lock();
        try {
            if (scope.isOpen()) {
                others |= !ours && thread.isInterrupted();
                ours = true;
                if (scope.markInterrupted()) {
                    interruptedScopes++;
                }
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The scope is never interrupted after this. With the last one that was, on its own thread, goes an interrupt that is
     * pending and ours.
     */
    void end(LeaseScope scope) {
        lock.lock();
        try {
            if (!scope.markEnded()) {
                return;
            }
            interruptedScopes--;
            if (interruptedScopes == 0) {
                if (isOfThisThread() && !others) {
                    boolean unused = Thread.interrupted();
                }
                ours = false;
                others = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
