package io.muster.benchmarks.pick;

import io.muster.benchmarks.report.Latencies;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What was measured, the windows of all rounds together. Thread-safe.
 *
 * <p>Time is the shortest window's: whatever else runs on the machine can only add to it. Memory is the middle one's, to the nearest
 * multiple of 8 bytes, as objects are: the harness itself allocates some in each window, which is a byte for each of a few slow operations.
 */
final class Figures {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private static final int OBJECT_BYTES = 8;

    private final Map<Subject, List<Window>> windows = new LinkedHashMap<>();

    /**
     * One figure's name.
     *
     * @param benchmark the class and the method
     * @param kind which of them; empty when there is only one
     * @param endpoints to choose from
     * @param threads at once
     */
    record Subject(String benchmark, String kind, int endpoints, int threads) {}

    /**
     * A short time measured.
     *
     * @param nanos per operation and thread
     * @param bytes allocated per operation
     */
    record Window(double nanos, double bytes) {}

    /** Takes what a run of JMH, in nanoseconds and with its profiler of the collector, has found. */
    void add(Collection<RunResult> results) {
        for (RunResult result : results) {
            Subject key = key(result.getParams());
            for (BenchmarkResult fork : result.getBenchmarkResults()) {
                for (IterationResult window : fork.getIterationResults()) {
                    add(key, window(window));
                }
            }
        }
    }

    synchronized void add(Subject key, Window window) {
        windows.computeIfAbsent(key, unused -> new ArrayList<>()).add(window);
    }

    /** Nanoseconds per operation; NaN when that was not measured. */
    synchronized double nanos(Subject key) {
        return of(key).stream().mapToDouble(Window::nanos).min().orElse(Double.NaN);
    }

    /** The middle of the windows, which shows what the machine was like. */
    synchronized double medianNanos(Subject key) {
        return Latencies.median(of(key).stream().mapToDouble(Window::nanos).toArray());
    }

    /** Bytes allocated per operation; NaN when that was not measured. */
    synchronized double bytes(Subject key) {
        double median =
                Latencies.median(of(key).stream().mapToDouble(Window::bytes).toArray());
        return OBJECT_BYTES * Math.rint(median / OBJECT_BYTES);
    }

    /** All that was measured. */
    synchronized List<Subject> keys() {
        return List.copyOf(windows.keySet());
    }

    private List<Window> of(Subject key) {
        return windows.getOrDefault(key, List.of());
    }

    private static Window window(IterationResult window) {
        Result<?> allocated = window.getSecondaryResults().get(ALLOCATED);
        return new Window(window.getPrimaryResult().getScore(), allocated == null ? Double.NaN : allocated.getScore());
    }

    private static Subject key(BenchmarkParams params) {
        if (params.getTimeUnit() != TimeUnit.NANOSECONDS) {
            throw new IllegalArgumentException("time unit must be ns but was " + params.getTimeUnit());
        }
        String name = params.getBenchmark();
        int type = name.lastIndexOf('.', name.lastIndexOf('.') - 1);
        Collection<String> keys = params.getParamsKeys();
        return new Subject(
                name.substring(type + 1),
                keys.contains("kind") ? params.getParam("kind") : "",
                Integer.parseInt(Objects.requireNonNull(params.getParam("endpoints"))),
                params.getThreads());
    }
}
