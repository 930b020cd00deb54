package io.muster.lease;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A thread that works under a lease. Once the work has ended, the thread is never interrupted on its account, and an
 * interrupt on its account that is still pending is cleared; one of somebody else stays.
 */
final class Work {
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;
    private boolean interrupted;
    private boolean othersInterrupt;

    Work(Thread thread) {
        this.thread = thread;
    }

    void interrupt() {
        lock.lock();
        try {
            if (!ended) {
                // Cannot be told apart later: whether the flag was up before says whose it is.
                othersInterrupt |= !interrupted && thread.isInterrupted();
                interrupted = true;
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called by the thread itself. */
    void end() {
        lock.lock();
        try {
            ended = true;
            if (interrupted && !othersInterrupt) {
                boolean unused = Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }

    List<StackTraceElement> stack() {
        return List.of(thread.getStackTrace());
    }
}
