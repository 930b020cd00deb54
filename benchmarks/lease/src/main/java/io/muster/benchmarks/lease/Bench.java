package io.muster.benchmarks.lease;

import io.muster.benchmarks.report.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What every experiment has.
 *
 * @param backends the stores that have started
 * @param logs where the processes' output goes
 * @param progress where it says what goes on
 * @param scale how much of everything
 */
record Bench(Backends backends, Path logs, Progress progress, Scale scale) {
    void say(String format, Object... arguments) {
        progress.say(format, arguments);
    }

    /** Runs tasks at the same time and waits for all; one that fails is said, and its result is missing. */
    <T> List<T> together(List<Callable<T>> tasks) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, tasks.size()));
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(tasks)) {
                try {
                    results.add(result.get());
                } catch (ExecutionException e) {
                    say("failed: %s", e);
                    e.printStackTrace(System.out);
                }
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
