package io.muster.benchmarks.lease;

import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The entry of {@code ./bench lease}. Ends with status 1 when a row of its table is SHORT. */
public final class LeaseBench {
    private static final long LIMIT_MINUTES = 15;

    private final Path results;
    private final Progress progress = new Progress();
    private final Scale scale;
    private final Findings findings;
    private final BenchRun run;

    private LeaseBench(Scale scale, Path root, List<String> words) {
        this.scale = scale;
        this.results = root.resolve("target/bench");
        this.findings = new Findings(scale);
        this.run = new BenchRun(results, progress, words, findings::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for fewer and shorter runs whose costs mean little; names of parts ({@code pause},
     *     {@code rivals}, {@code cut}, {@code cost}) to run these alone; what does not run is SHORT
     */
    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("worker")) {
            Worker.run(words.subList(words.indexOf("worker") + 1, words.size()));
            System.exit(0);
        }
        LeaseBench lease = new LeaseBench(
                words.contains("--quick") ? Scale.quick() : Scale.full(),
                Path.of("").toAbsolutePath(),
                words);
        lease.run.endAfter(LIMIT_MINUTES);
        lease.run();
        lease.run.end();
    }

    private void run() throws InterruptedException {
        Bench bench = new Bench(Backends.start(progress), results.resolve("logs/lease"), progress, scale);
        findings.cost = run.part("cost", () -> new Cost(bench).run());
        findings.pauses = run.part("pause", () -> new Pause(bench).ours());
        findings.cuts = run.part("cut", () -> new Cut(bench).run());
        findings.rivals = run.part("rivals", () -> new Pause(bench).rivals());
    }
}
