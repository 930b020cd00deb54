package io.muster.benchmarks.failures;

import io.muster.benchmarks.calls.Calls;
import io.muster.benchmarks.report.Progress;
import io.muster.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The entry of {@code ./bench failures}. Ends with status 1 when a row of its table is SHORT. */
public final class FailuresBench {
    private static final long LIMIT_MINUTES = 30;

    private final Bench bench;
    private final Path results;
    private final Findings findings;

    private FailuresBench(Scale scale, Path root) {
        this.results = root.resolve("target/bench");
        this.bench = new Bench(root, results.resolve("logs/failures"), new Progress(), scale);
        this.findings = new Findings(scale);
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
        List<String> parts =
                words.stream().filter(word -> !word.startsWith("--")).toList();
        FailuresBench failures = new FailuresBench(
                words.contains("--quick") ? Scale.quick() : Scale.full(),
                Path.of("").toAbsolutePath());
        failures.endAfter(LIMIT_MINUTES);
        failures.run(parts);
        failures.end();
    }

    private void run(List<String> parts) {
        findings.deploy = part("deploy", parts, () -> new Deploy(bench, Stack.MUSTER).run());
        findings.kill = part("kill", parts, () -> new Kill(bench, Stack.MUSTER).run());
        findings.pause = part("pause", parts, () -> new Pause(bench).run());
        findings.cut = part("cut", parts, () -> new Cut(bench).run());
        findings.outage = part("outage", parts, () -> new Outage(bench).run());
        findings.silence = part("silence", parts, () -> new MassSilence(bench).run());
        findings.flood = part("flood", parts, () -> new Flood(bench).run());
        findings.rivalDeploy = part("rivals", parts, () -> new Deploy(bench, Stack.EUREKA).run());
        findings.rivalKill = part("rivals", parts, () -> new Kill(bench, Stack.EUREKA).run());
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
            bench.say("%s failed: %s", name, e);
            e.printStackTrace(System.out);
            return null;
        }
    }

    /** Shows and keeps the table of what has been measured so far, and ends the process, and with it all that it started. */
    private synchronized void end() {
        int status = 1;
        try {
            Report report = findings.report();
            report.save(results);
            bench.say("saved as %s and .json", results.resolve("failures.md"));
            System.out.println();
            System.out.print(report.markdown());
            status = report.ok() ? 0 : 1;
        } catch (IOException e) {
            e.printStackTrace(System.err);
        } finally {
            System.exit(status);
        }
    }

    private void endAfter(long minutes) {
        TimerTask end = new TimerTask() {
            @Override
            public void run() {
                bench.say("%d minutes are over: what is not measured yet is SHORT", minutes);
                end();
            }
        };
        new Timer("limit", true).schedule(end, minutes * 60_000);
    }
}
