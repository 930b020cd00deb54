package io.muster.benchmarks.raft;

import io.muster.benchmarks.report.BenchRun;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entry of {@code ./bench raft}. Ends with status 1 when a row of its table is SHORT. */
public final class RaftBench {
    private static final long LIMIT_MINUTES = 28;
    private static final int MANY = 32;

    private final Scale scale;
    private final Path root;
    private final Path logs;
    private final Progress progress = new Progress();
    private final Findings findings = new Findings();
    private final BenchRun run;

    private RaftBench(Scale scale, Path root, List<String> words) {
        this.scale = scale;
        this.root = root;
        Path results = root.resolve("target/bench");
        this.logs = results.resolve("logs/raft");
        this.run = new BenchRun(results, progress, words, findings::report);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} for a smaller load whose figures mean little; names of parts ({@code leases},
     *     {@code failover}, {@code faults}, {@code catalogue}, {@code picker}, {@code rolling}) to run these alone; what does
     *     not run is SHORT
     */
    public static void main(String[] arguments) throws IOException {
        List<String> words = Arrays.asList(arguments);
        RaftBench bench = new RaftBench(
                words.contains("--quick") ? Scale.quick() : Scale.full(),
                Path.of("").toAbsolutePath(),
                words);
        delete(bench.logs);
        bench.run.endAfter(LIMIT_MINUTES);
        bench.run();
        bench.run.end();
    }

    private void run() {
        Boolean unusedLeases = run.part("leases", () -> {
            leases();
            return true;
        });
        Boolean unusedLosses = run.part("failover", () -> {
            failOvers();
            return true;
        });
        findings.faults = run.part("faults", () -> new FaultRuns(root, logs.resolve("faults"), scale, progress).run());
        findings.picker =
                run.part("picker", () -> new FollowerPropagation(root, logs.resolve("picker"), scale, progress).run());
        findings.rolling = run.part("rolling", () -> new RollingRestart(root, logs.resolve("rolling"), progress).run());
        findings.catalogue =
                run.part("catalogue", () -> new LargeCatalogue(root, logs.resolve("catalogue"), scale, progress).run());
    }

    /** Both run all the time, and are measured in turns. */
    private void leases() throws IOException, InterruptedException {
        progress.say("leases: starting three etcd and three registries");
        try (EtcdCluster etcd = EtcdCluster.start(logs.resolve("etcd"), 3);
                MusterService muster = MusterService.start(root, logs.resolve("muster"))) {
            LeaseCost cost = new LeaseCost(progress, scale.leaseSeconds());
            progress.say("leases: warming up, which does not count");
            for (int i = 0; i < scale.warmUps(); i++) {
                // A JVM compiles what it runs for a minute or two; servers run for months.
                var unusedMuster = cost.run(muster, MANY);
                var unusedEtcd = cost.run(etcd, MANY);
            }
            for (int round = 1; round <= scale.rounds(); round++) {
                findings.muster = better(findings.muster, cost, muster);
                findings.etcd = better(findings.etcd, cost, etcd);
            }
        }
    }

    /** The round with the higher rate of acquisitions by many clients, for both alike. */
    private static Findings.Costs better(Findings.@Nullable Costs before, LeaseCost cost, LeaseService service)
            throws IOException, InterruptedException {
        Map<LeaseCost.Kind, LeaseCost.Cost> one = cost.run(service, 1);
        Map<LeaseCost.Kind, LeaseCost.Cost> many = cost.run(service, MANY);
        Findings.Costs now = new Findings.Costs(one, many);
        return before == null || rate(now) > rate(before) ? now : before;
    }

    private static double rate(Findings.Costs costs) {
        LeaseCost.Cost acquire = costs.many().get(LeaseCost.Kind.ACQUIRE);
        return acquire == null ? 0 : acquire.perSecond();
    }

    private void failOvers() throws IOException, InterruptedException {
        FailOver failOver = new FailOver(progress);
        try (EtcdCluster etcd = EtcdCluster.start(logs.resolve("etcd-failover"), 3)) {
            findings.etcdLosses = losses(failOver, etcd);
        }
        try (MusterService muster = MusterService.start(root, logs.resolve("muster-failover"))) {
            findings.musterLosses = losses(failOver, muster);
        }
    }

    private Findings.Losses losses(FailOver failOver, LeaseService service) throws IOException, InterruptedException {
        return new Findings.Losses(
                failOver.run(service, FailOver.Loss.KILL, scale.failOvers()),
                failOver.run(service, FailOver.Loss.STOP, scale.failOvers()));
    }

    /** Data of an earlier run would be taken for this one's. */
    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> below;
        try (Stream<Path> all = Files.walk(folder)) {
            below = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : below) {
            Files.delete(path);
        }
    }
}
