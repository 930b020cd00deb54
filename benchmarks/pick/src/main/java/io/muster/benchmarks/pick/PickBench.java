package io.muster.benchmarks.pick;

import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import io.muster.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The entry of {@code ./bench pick}. Ends with status 1 when a row of its table is SHORT. */
public final class PickBench {
    /** With -Xbatch what is hot waits for its compiler, so a busy machine cannot leave a window to code that is not compiled yet. */
    private static final List<String> JVM = List.of("-Xms512m", "-Xmx512m", "-XX:+UseParallelGC", "-Xbatch");

    private final Scale scale;
    private final Path results = Path.of("").toAbsolutePath().resolve("target/bench");
    private final Progress progress = new Progress();
    private final Figures figures = new Figures();
    private final BenchRun run;

    private PickBench(Scale scale, List<String> words) {
        this.scale = scale;
        this.run = new BenchRun(results, progress, words, this::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for one short round whose figures mean little; names of parts ({@code limits}, {@code
     *     strategies}, {@code membership}, {@code starter}, {@code rivals}) to run these alone; what does not run is SHORT
     */
    public static void main(String[] arguments) throws IOException {
        List<String> words = Arrays.asList(arguments);
        // Other runs of JMH on this machine are no reason not to start; the shortest windows say what things cost.
        System.setProperty("jmh.ignoreLock", "true");
        PickBench bench = new PickBench(words.contains("--quick") ? Scale.quick() : Scale.full(), words);
        bench.run.endAfter(bench.scale.limitMinutes());
        Files.createDirectories(bench.logs());
        for (int round = 1; round <= bench.scale.rounds(); round++) {
            bench.round(round);
        }
        bench.run.end();
    }

    private void round(int round) {
        for (Group group : Group.all()) {
            if (round > scale.rounds(group)) {
                continue;
            }
            Integer count = run.part(group.part(), () -> measure(group, round));
            if (count != null) {
                progress.say("round %d of %d  %s: %d figures", round, scale.rounds(group), group, count);
            }
        }
    }

    private int measure(Group group, int round) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(group.include())
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .threads(group.threads())
                .forks(1)
                .jvmArgs(JVM.toArray(new String[0]))
                .warmupIterations(group.isLong() ? scale.longWarmUps() : scale.warmUps())
                .warmupTime(TimeValue.milliseconds(scale.warmUpMillis()))
                .measurementIterations(group.isLong() ? scale.longWindows() : scale.windows())
                .measurementTime(
                        TimeValue.milliseconds(group.isLong() ? scale.longWindowMillis() : scale.windowMillis()))
                .addProfiler(GCProfiler.class)
                .param(
                        "endpoints",
                        group.endpoints().stream().map(String::valueOf).toArray(String[]::new))
                .output(logs().resolve("pick-" + round + "-" + group + ".log").toString());
        if (!group.kinds().isEmpty()) {
            options.param("kind", group.kinds().toArray(new String[0]));
        }
        Collection<RunResult> found = new Runner(options.build()).run();
        figures.add(found);
        return found.size();
    }

    private Report report() {
        return new Findings(scale, figures).report();
    }

    private Path logs() {
        return results.resolve("logs");
    }
}
