package io.muster.benchmarks.registry;

import io.muster.benchmarks.process.Servers;
import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import io.muster.benchmarks.report.Report;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entry of {@code ./bench registry}. Ends with status 1 when a row of its table is SHORT. */
public final class RegistryBench {
    private static final long LIMIT_MINUTES = 15;

    private final Scale scale;
    private final Path root;
    private final Path results;
    private final Progress progress = new Progress();
    private final BenchRun run;
    private volatile CallCost.@Nullable Result calls;
    private volatile PickerPropagation.@Nullable Result pickers;
    private volatile SteadyState.@Nullable Result steady;
    private volatile double lostOrders = Double.NaN;

    private RegistryBench(Scale scale, Path root, List<String> words) {
        this.scale = scale;
        this.root = root;
        this.results = root.resolve("target/bench");
        this.run = new BenchRun(results, progress, words, this::report);
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
        RegistryBench bench = new RegistryBench(
                quick ? Scale.quick() : Scale.full(), Path.of("").toAbsolutePath(), words);
        bench.run.endAfter(LIMIT_MINUTES);
        bench.run();
        bench.run.end();
    }

    private void run() {
        Servers servers = new Servers(root, logs());
        calls = run.part("c", () -> new CallCost(scale.calls(), servers, progress).run());
        pickers = run.part("b", () -> new PickerPropagation(scale.pickers(), servers, progress).run());
        steady = run.part("a", () -> new SteadyState(scale.fleet(), servers, progress).run());
        Long lost = run.part("demo", () -> new DemoRun(root, logs(), progress).lostOrders());
        lostOrders = lost == null ? Double.NaN : lost.doubleValue();
    }

    private Report report() {
        return new Findings(scale, steady, pickers, calls, lostOrders).report();
    }

    private Path logs() {
        return results.resolve("logs");
    }
}
