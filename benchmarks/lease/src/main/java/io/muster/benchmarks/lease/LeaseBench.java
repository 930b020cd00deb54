package io.muster.benchmarks.lease;

import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** The entry of {@code ./bench lease}. Ends with status 1 when a row of its table is SHORT. */
public final class LeaseBench {
    private static final long LIMIT_MINUTES = 25;
    private static final String PAUSE_HTTP = "pause-http";

    private final Path results;
    private final Progress progress = new Progress();
    private final Scale scale;
    private final boolean httpAlone;
    private final Findings findings;
    private final BenchRun run;

    private LeaseBench(Scale scale, Path root, List<String> words) {
        this.scale = scale;
        this.httpAlone = words.contains(PAUSE_HTTP);
        this.results = root.resolve("target/bench");
        this.findings = new Findings(scale);
        this.run = new BenchRun(results, progress, words, findings::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for fewer and shorter runs whose costs mean little; names of parts ({@code pause},
     *     {@code rivals}, {@code cut}, {@code cost}) to run these alone, or {@code pause-http} for the pause over HTTP, with
     *     nothing but PostgreSQL; what does not run is SHORT
     */
    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("worker")) {
            Worker.run(words.subList(words.indexOf("worker") + 1, words.size()));
            System.exit(0);
        }
        if (words.contains("service")) {
            LedgerService.run(words.subList(words.indexOf("service") + 1, words.size()));
            return;
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
        List<Backend> servers =
                httpAlone ? List.of(Backend.POSTGRESQL) : List.of(Backend.POSTGRESQL, Backend.MARIADB, Backend.REDIS);
        Bench bench = new Bench(Backends.start(progress, servers), results.resolve("logs/lease"), progress, scale);
        Pause pause = new Pause(bench, httpAlone ? EnumSet.of(Backend.HTTP) : EnumSet.allOf(Backend.class));
        findings.cost = run.part("cost", () -> new Cost(bench).run());
        findings.pauses = run.part(httpAlone ? PAUSE_HTTP : "pause", pause::ours);
        findings.cuts = run.part("cut", () -> new Cut(bench).run());
        findings.rivals = run.part(httpAlone ? PAUSE_HTTP : "rivals", pause::rivals);
    }
}
