package io.muster.lease;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop on one thread of its own. */
final class ThreadLoop implements Loop {
    private static final Logger log = LoggerFactory.getLogger(ThreadLoop.class);

    private final ScheduledThreadPoolExecutor executor;

    ThreadLoop(ThreadFactory threads) {
        executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public boolean execute(Runnable task) {
        try {
            executor.execute(() -> run(task));
            return true;
        } catch (RejectedExecutionException e) {
            log.debug("A task came after the shutdown", e);
            return false;
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        try {
            Future<?> future = executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            log.debug("A timer came after the shutdown", e);
            return () -> {};
        }
    }

    /** Runs what was executed before; timers are dropped. */
    void shutdown() {
        executor.shutdown();
    }

    /** Waits after a {@link #shutdown} for what is still to run, that long at most. */
    void awaitEnd(Duration atMost) {
        try {
            if (!executor.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                log.debug("A task goes on after the shutdown");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // An Error too (a listener's class that cannot be loaded): leases must outlive it.
            log.error("A task of the leases failed", e);
        }
    }
}
