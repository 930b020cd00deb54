package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Calls;
import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The entry of {@code ./bench failures}. Ends with status 1 when a row of its table is SHORT. */
public final class FailuresBench {
    private static final long LIMIT_MINUTES = 30;

    private final Bench bench;
    private final Findings findings;
    private final BenchRun run;

    private FailuresBench(Scale scale, Path root, List<String> words) {
        Path results = root.resolve("target/bench");
        Progress progress = new Progress();
        this.bench = new Bench(root, results.resolve("logs/failures"), progress, scale);
        this.findings = new Findings(scale);
        this.run = new BenchRun(results, progress, words, findings::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for a smaller load whose figures mean little; names of parts ({@code deploy},
     *     {@code kill}, {@code pause}, {@code cut}, {@code outage}, {@code silence}, {@code flood}, {@code rivals}) to run these
     *     alone; what does not run is SHORT
     */
    public static void main(String[] arguments) throws IOException {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("instance") || words.contains("callers")) {
            Calls.main(arguments);
            return;
        }
        FailuresBench failures = new FailuresBench(
                words.contains("--quick") ? Scale.quick() : Scale.full(),
                Path.of("").toAbsolutePath(),
                words);
        failures.run.endAfter(LIMIT_MINUTES);
        failures.run();
        failures.run.end();
    }

    private void run() {
        findings.deploy = run.part("deploy", () -> new Deploy(bench, Stack.MUSTER).run());
        findings.kill = run.part("kill", () -> new Kill(bench, Stack.MUSTER).run());
        findings.pause = run.part("pause", () -> new Pause(bench).run());
        findings.cut = run.part("cut", () -> new Cut(bench).run());
        findings.outage = run.part("outage", () -> new Outage(bench).run());
        findings.silence = run.part("silence", () -> new MassSilence(bench).run());
        findings.flood = run.part("flood", () -> new Flood(bench).run());
        findings.rivalDeploy = run.part("rivals", () -> new Deploy(bench, Stack.EUREKA).run());
        findings.rivalKill = run.part("rivals", () -> new Kill(bench, Stack.EUREKA).run());
    }
}
