package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Row;
import io.muster.gossip.plan.Fleet;
import io.muster.gossip.plan.Plan;
import io.muster.gossip.plan.Planner;
import io.muster.gossip.simulation.Conditions;
import io.muster.gossip.simulation.Experiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The planner's formulas beside the simulator. */
final class PlanPart implements Part {
    private static final int FULL = 100;
    private static final int QUICK = 30;

    /**
     * A cluster that is planned and simulated.
     *
     * @param roundTripMillis mean; one way takes a quarter to three quarters of it
     */
    private record Cluster(Profile profile, int members, double loss, int roundTripMillis) {
        @Override
        public String toString() {
            return profile.label() + ", " + members + " members, " + Math.round(100 * loss) + " % lost, "
                    + roundTripMillis + " ms";
        }
    }

    private static final List<Cluster> CLUSTERS = List.of(
            new Cluster(Profile.LAN, 40, 0, 3),
            new Cluster(Profile.LAN, 250, 0, 6),
            new Cluster(Profile.LAN, 250, 0.05, 6),
            new Cluster(Profile.LAN, 180, 0.25, 6),
            new Cluster(Profile.FAST, 250, 0, 6),
            new Cluster(Profile.FAST, 500, 0.08, 20),
            new Cluster(Profile.WAN, 120, 0.02, 150));

    private final Bench bench;
    private final List<Comparison> comparisons = new ArrayList<>();
    private double lan = Double.NaN;
    private double fast = Double.NaN;

    PlanPart(Bench bench) {
        this.bench = bench;
    }

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public void run() throws IOException {
        for (Cluster cluster : CLUSTERS) {
            compare(cluster);
        }
        Path file = bench.results().resolve("gossip-plan.md");
        Files.createDirectories(bench.results());
        Files.writeString(file, Comparison.table(comparisons));
        bench.say("plan: every figure in %s", file);
    }

    private void compare(Cluster cluster) {
        int runs = bench.quick() ? QUICK : FULL;
        Duration roundTrip = Duration.ofMillis(cluster.roundTripMillis);
        Plan plan = Planner.plan(cluster.profile.config(), new Fleet(cluster.members, cluster.loss, roundTrip));
        Experiments experiments = new Experiments(
                cluster.profile.config(),
                cluster.members,
                Conditions.GOOD
                        .withLatency(
                                roundTrip.dividedBy(4),
                                roundTrip.multipliedBy(3).dividedBy(4))
                        .withLoss(cluster.loss));
        Experiments.Crashes crashes = experiments.crashes(runs);
        add(cluster, "first suspect, s", plan.detection().firstSuspect(), crashes.firstSuspect());
        add(cluster, "first dead, s", plan.detection().firstDead(), crashes.firstDead());
        add(cluster, "all know, s", plan.detection().allKnow(), crashes.allKnow());
        double update = Arrays.stream(experiments.updates(runs)).average().orElseThrow();
        add(cluster, "update to all, s", plan.update().mean(), update);
        Experiments.Load load = experiments.load(Duration.ofMinutes(2));
        add(cluster, "datagrams/s", plan.load().datagrams(), load.datagrams());
        add(cluster, "bytes/s", plan.load().bytes(), load.bytes());
        if (cluster.members == 250 && cluster.loss == 0) {
            lan = cluster.profile == Profile.LAN ? crashes.medianAllKnow() : lan;
            fast = cluster.profile == Profile.FAST ? crashes.medianAllKnow() : fast;
        }
        bench.say("plan: %s", cluster);
    }

    private void add(Cluster cluster, String figure, Duration planned, double simulated) {
        add(cluster, figure, planned.toNanos() / 1e9, simulated);
    }

    private void add(Cluster cluster, String figure, double planned, double simulated) {
        comparisons.add(new Comparison(cluster.toString(), figure, planned, simulated));
    }

    @Override
    public List<Row> rows() {
        double worst = comparisons.stream().mapToDouble(Comparison::miss).max().orElse(Double.NaN);
        return List.of(
                Row.of("formulas beside the simulator: largest miss", "%", Must.atMost(20), 100 * worst),
                Row.of("crash to all know, 250 simulated, LAN profile: median", "s", Must.atMost(10), lan),
                Row.of("crash to all know, 250 simulated, fast profile: median", "s", Must.atMost(6), fast));
    }

    @Override
    public List<String> notes() {
        return List.of(
                "Formulas: " + CLUSTERS.size() + " clusters of 40 to 500 members, LAN, fast and WAN profiles, 0 to 25 %"
                        + " lost, round trips of 3 to 150 ms; nothing in the formulas was fitted to them.");
    }
}
