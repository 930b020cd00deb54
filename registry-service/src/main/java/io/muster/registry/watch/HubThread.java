package io.muster.registry.watch;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a hub. A task that throws neither ends a periodic one nor passes unseen. Thread-safe.
 *
 * @param executor one thread
 */
record HubThread(ScheduledExecutorService executor) implements Executor {
    private static final Logger log = LoggerFactory.getLogger(HubThread.class);

    @Override
    public void execute(Runnable task) {
        executor.execute(guarded(task));
    }

    /** Runs a task once, in some nanoseconds, unless that is cancelled. */
    Future<?> after(long nanos, Runnable task) {
        return executor.schedule(guarded(task), nanos, TimeUnit.NANOSECONDS);
    }

    /** Runs a task every so many nanoseconds until the executor is shut down. */
    void every(long nanos, Runnable task) {
        Future<?> unused = executor.scheduleAtFixedRate(guarded(task), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.error("A task of the watch hub failed", e);
            }
        };
    }
}
