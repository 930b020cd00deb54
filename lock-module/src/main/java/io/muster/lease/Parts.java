package io.muster.lease;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the leases of a process stand on: clock, threads, randomness. The one place of this package that makes them.
 *
 * @param ticker monotonic nanoseconds
 * @param renewer renews, asks the store again, and hears what failed; never blocks
 * @param watchdog tells losses; neither blocks nor runs foreign code, so that nothing can delay a loss
 * @param events runs listeners and callbacks
 * @param workers raises fences, which may block; rejects when too many are under way
 * @param random used on the renewer alone
 * @param shield keeps the renewal loop alive
 * @param halt ends the process at once
 * @param shutdown ends the threads
 */
record Parts(
        LongSupplier ticker,
        Loop renewer,
        Loop watchdog,
        Loop events,
        Executor workers,
        RandomGenerator random,
        Supplier<UUID> requestIds,
        Shield shield,
        Runnable halt,
        Runnable shutdown) {
    private static final int MAX_WORKERS = 16;
    private static final int EXIT_CODE = 70;

    /** So that who closes has heard of all that he ended, unless a listener hangs. */
    private static final Duration EVENTS_WAIT = Duration.ofSeconds(3);

    /** Runs a task; answers what it threw. */
    @FunctionalInterface
    interface Shield {
        @Nullable
        Throwable run(Runnable task);

        /** Catches everything, Errors too. */
        static @Nullable Throwable catchAll(Runnable task) {
            try {
                task.run();
                return null;
            } catch (Throwable e) {
                return e;
            }
        }
    }

    /** The system's clock, daemon platform threads. */
    static Parts ofTheSystem() {
        ThreadLoop renewer = new ThreadLoop(threads("muster-lease-renewer"));
        ThreadLoop watchdog = new ThreadLoop(threads("muster-lease-watchdog"));
        ThreadLoop events = new ThreadLoop(threads("muster-lease-events"));
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                0, MAX_WORKERS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), threads("muster-lease-fences"));
        return new Parts(
                System::nanoTime,
                renewer,
                watchdog,
                events,
                workers,
                new SharedRandom(),
                UUID::randomUUID,
                Shield::catchAll,
                () -> Runtime.getRuntime().halt(EXIT_CODE),
                () -> {
                    renewer.shutdown();
                    watchdog.shutdown();
                    workers.shutdown();
                    events.shutdown();
                    events.awaitEnd(EVENTS_WAIT);
                });
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The random numbers of whatever thread asks. */
    private static final class SharedRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
