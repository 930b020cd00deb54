package io.muster.benchmarks.quality;

import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import io.muster.benchmarks.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The entry of {@code ./bench quality}. Ends with status 1 when a row of its table is SHORT. */
public final class QualityBench {
    private static final long LIMIT_MINUTES = 10;
    private static final int SEEDS = 4;
    private static final double QUICK = 0.2;

    private final Path root;
    private final Laboratory laboratory;
    private final BenchRun run;

    private QualityBench(Path root, List<String> words) {
        boolean quick = words.contains("--quick");
        Progress progress = new Progress();
        this.root = root;
        this.laboratory = new Laboratory(quick ? 2 : SEEDS, quick ? QUICK : 1, progress);
        this.run = new BenchRun(root.resolve("target/bench"), progress, words, this::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for fewer requests and seeds, whose figures mean little; {@code --plots} draws
     *     {@code docs/load-balancing/*.svg} anew, when all parts run; names of parts to run these alone; what does not run is SHORT
     */
    public static void main(String[] arguments) throws IOException {
        List<String> words = Arrays.asList(arguments);
        QualityBench bench = new QualityBench(Path.of("").toAbsolutePath(), words);
        bench.run.endAfter(LIMIT_MINUTES);
        bench.run();
        if (words.contains("--plots")) {
            new Plots(bench.laboratory.summaries(), bench.root.resolve("docs/load-balancing")).draw();
        }
        bench.run.end();
    }

    private void run() {
        Studies studies = new Studies(laboratory);
        MoreStudies more = new MoreStudies(laboratory);
        run.part("equal", studies::equalServers);
        run.part("slow", studies::slowServer);
        run.part("failing", studies::failingServer);
        run.part("large", studies::largeFleet);
        run.part("weighted", studies::weightedServers);
        run.part("zones", more::zones);
        run.part("start", more::starts);
        run.part("churn", more::churn);
        run.part("subset", more::subsets);
        run.part("keys", more::hotKeys);
        run.part("choices", studies::choices);
        run.part("reports", studies::reports);
    }

    private Report report() {
        List<Summary> summaries = laboratory.summaries();
        String table = Table.of(summaries);
        System.out.println();
        System.out.println(table);
        try {
            Path file = root.resolve("target/bench/quality-scenarios.md");
            Files.createDirectories(file.getParent());
            Files.writeString(file, table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Findings(summaries, laboratory.note()).report();
    }
}
