package io.muster.benchmarks.registry;

import io.muster.benchmarks.process.Servers;
import io.muster.benchmarks.report.Progress;
import io.muster.benchmarks.report.Report;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The entry of {@code ./bench registry}. Ends with status 1 when a row of its table is SHORT. */
public final class RegistryBench {
    private static final long LIMIT_MINUTES = 15;

    private final Scale scale;
    private final Path root;
    private final Path results;
    private final Progress progress = new Progress();
    private volatile CallCost.@Nullable Result calls;
    private volatile PickerPropagation.@Nullable Result pickers;
    private volatile SteadyState.@Nullable Result steady;
    private volatile double lostOrders = Double.NaN;

    private RegistryBench(Scale scale, Path root) {
        this.scale = scale;
        this.root = root;
        this.results = root.resolve("target/bench");
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for a smaller load whose figures mean little; names of parts ({@code a}, {@code b},
     *     {@code c}, {@code demo}) to run these alone; what does not run is SHORT
     */
    public static void main(String[] arguments) throws IOException {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("pickers")) {
            PickerProbe.run(
                    URI.create(arguments[1]),
                    Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    Integer.parseInt(arguments[4]));
            System.exit(0);
        }
        boolean quick = words.contains("--quick");
        List<String> parts =
                words.stream().filter(word -> !word.startsWith("--")).toList();
        RegistryBench bench = new RegistryBench(
                quick ? Scale.quick() : Scale.full(), Path.of("").toAbsolutePath());
        bench.endAfter(LIMIT_MINUTES);
        bench.run(parts);
        bench.end();
    }

    private void run(List<String> parts) {
        Servers servers = new Servers(root, logs());
        calls = part("c", parts, () -> new CallCost(scale.calls(), servers, progress).run());
        pickers = part("b", parts, () -> new PickerPropagation(scale.pickers(), servers, progress).run());
        steady = part("a", parts, () -> new SteadyState(scale.fleet(), servers, progress).run());
        Long lost = part("demo", parts, () -> new DemoRun(root, logs(), progress).lostOrders());
        lostOrders = lost == null ? Double.NaN : lost.doubleValue();
    }

    private Path logs() {
        return results.resolve("logs");
    }

    /** Shows and keeps the table of what has been measured so far, and ends the process, and with it its servers. */
    private synchronized void end() {
        int status = 1;
        try {
            Report report = new Findings(scale, steady, pickers, calls, lostOrders).report();
            report.save(results);
            progress.say("saved as %s and .json", results.resolve("registry.md"));
            System.out.println();
            System.out.print(report.markdown());
            status = report.ok() ? 0 : 1;
        } catch (IOException e) {
            e.printStackTrace(System.err);
        } finally {
            System.exit(status);
        }
    }

    /** Runs a part, if it is asked for; null when it was not, or when it failed. */
    private <T> @Nullable T part(String name, List<String> asked, Callable<T> part) {
        if (!asked.isEmpty() && !asked.contains(name)) {
            return null;
        }
        try {
            return part.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (Exception e) {
            progress.say("(%s) failed: %s", name, e);
            e.printStackTrace(System.out);
            return null;
        }
    }

    private void endAfter(long minutes) {
        TimerTask end = new TimerTask() {
            @Override
            public void run() {
                progress.say("%d minutes are over: what is not measured yet is SHORT", minutes);
                end();
            }
        };
        new Timer("limit", true).schedule(end, minutes * 60_000);
    }
}
