package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Row;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.simulation.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How fast the simulator is, and what it says of fanout, interval, push and pull. */
final class SimPart implements Part {
    private static final int SMALL = 250;
    private static final int LARGE = 5000;
    private static final Duration BEFORE_CRASH = Duration.ofSeconds(60);
    private static final Duration AFTER_CRASH = Duration.ofSeconds(50);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long MEGABYTE = 1L << 20;

    private final Bench bench;
    private double small = Double.NaN;
    private double large = Double.NaN;
    private double heap = Double.NaN;

    SimPart(Bench bench) {
        this.bench = bench;
    }

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public void run() throws IOException {
        double[] speeds = new double[bench.quick() ? 2 : 5];
        speed(SMALL);
        for (int i = 0; i < speeds.length; i++) {
            speeds[i] = speed(SMALL);
        }
        small = Latencies.median(speeds);
        bench.say("sim: %d nodes, %.0f times as fast as time", SMALL, small);
        large = speed(LARGE);
        bench.say("sim: %d nodes, %.1f times as fast as time, %.0f MB", LARGE, large, heap);
        sweep();
    }

    /** Runs a cluster for 110 s of its time, one of its members crashes in the middle; with all invariants checked. */
    private double speed(int members) {
        Simulation cluster = Simulation.of(members, 1).together();
        cluster.run(Duration.ofSeconds(2));
        long began = System.nanoTime();
        cluster.run(BEFORE_CRASH);
        cluster.crash(1);
        cluster.run(AFTER_CRASH);
        double seconds = (System.nanoTime() - began) / NANOS_PER_SECOND;
        if (members == LARGE) {
            System.gc();
            heap = (double) (Runtime.getRuntime().totalMemory()
                            - Runtime.getRuntime().freeMemory())
                    / MEGABYTE;
        }
        if (!cluster.everybodyHolds(1, MemberState.DEAD)) {
            throw new IllegalStateException("all must know of the crash but did not");
        }
        return BEFORE_CRASH.plus(AFTER_CRASH).toSeconds() / seconds;
    }

    private void sweep() throws IOException {
        Sweeps sweeps = new Sweeps(bench.quick());
        StringBuilder tables = new StringBuilder();
        for (Sweep sweep : List.of(sweeps.fanout(), sweeps.interval(), sweeps.detection(), sweeps.pushAndPull())) {
            tables.append(sweep.title()).append(": ").append(sweep.up()).append("\n\n");
            tables.append(SweepText.table(sweep)).append('\n');
            if (bench.plots()) {
                SweepText.draw(sweep, bench.root().resolve("docs/gossip"));
            }
        }
        Path file = bench.results().resolve("gossip-sim.md");
        Files.createDirectories(bench.results());
        Files.writeString(file, tables);
        bench.say("sim: every figure in %s", file);
    }

    @Override
    public List<Row> rows() {
        return List.of(
                Row.of("simulator, 250 nodes, invariants checked", "times real time", Must.atLeast(500), small),
                Row.of("simulator, 5,000 nodes, invariants checked", "times real time", Must.atLeast(8), large),
                Row.of("simulator, 5,000 nodes: heap", "MB", Must.atMost(3072), heap));
    }

    @Override
    public List<String> notes() {
        return List.of("Simulator: 110 s of virtual time with one crash, "
                + SwimConfig.lan().probing().period().toSeconds()
                + " s periods, one thread; the median of five runs at 250, one at 5,000.");
    }
}
