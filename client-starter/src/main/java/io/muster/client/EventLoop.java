package io.muster.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that runs its tasks in order. State that belongs to a loop needs no locks. After the shutdown tasks are
 * dropped.
 */
final class EventLoop {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

    private final ScheduledExecutorService executor;

    /** @param executor has one thread, and drops waiting tasks at its shutdown */
    EventLoop(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timer {
        /** Forgets the task, unless it has begun. */
        void cancel();
    }

    /** Runs the task soon; answers false when the loop is shut down and it never will. */
    boolean execute(Runnable task) {
        try {
            executor.execute(() -> run(task));
            return true;
        } catch (RejectedExecutionException e) {
            log.debug("A task came after the shutdown", e);
            return false;
        }
    }

    Timer schedule(long delayNanos, Runnable task) {
        try {
            Future<?> future = executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            log.debug("A timer came after the shutdown", e);
            return () -> {};
        }
    }

    /** Hands a future's end to the loop; exactly one of value and failure is there. */
    <T> void whenDone(CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        CompletableFuture<T> unused =
                future.whenComplete((value, failure) -> execute(() -> then.accept(value, unwrapped(failure))));
    }

    void shutdown() {
        executor.shutdownNow();
    }

    private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
        return failure != null && wrapped ? failure.getCause() : failure;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // An Error too (a listener's class that cannot be loaded): the client must outlive it.
            log.error("A task of the client failed; please report this with its trace", e);
        }
    }
}
