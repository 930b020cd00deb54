package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Row;
import io.muster.gossip.plan.Plan;
import io.muster.gossip.plan.Planner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** 250 real nodes in one JVM, in a network namespace of its own; the planner's figures beside them. */
final class Nodes implements Part {
    static final int NODES = 250;
    private static final int JOINS = 5;
    private static final double KILOBYTE = 1000;
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration LOOPBACK = Duration.ofMillis(1);

    private final Bench bench;
    private final Figures ours = new Figures();
    private final List<Double> joins = new CopyOnWriteArrayList<>();

    Nodes(Bench bench) {
        this.bench = bench;
    }

    @Override
    public String name() {
        return "nodes";
    }

    @Override
    public void run() throws IOException, InterruptedException {
        int crashes = bench.quick() ? 3 : 20;
        int seconds = bench.quick() ? 10 : 20;
        fleet("lan", FleetProcess.words(Profile.LAN, NODES, new FleetProcess.Course(seconds, 0, 0, crashes)));
        fleet("telemetry", FleetProcess.words(Profile.LAN, NODES, new FleetProcess.Course(0, seconds, 0, 0)));
        while (joins.size() < (bench.quick() ? 2 : JOINS)) {
            fleet("join" + joins.size(), FleetProcess.words(Profile.LAN, NODES, FleetProcess.Course.JOIN));
        }
        fleet("fast", FleetProcess.words(Profile.FAST, NODES, new FleetProcess.Course(0, 0, 0, crashes)));
    }

    /**
     * Runs a fleet in a namespace of its own.
     *
     * @param lines is told what it says
     */
    static void fleet(Bench bench, String purpose, List<String> words, Consumer<String> lines)
            throws IOException, InterruptedException {
        try (Namespace namespace = Namespace.create(purpose)) {
            List<String> command = new ArrayList<>(namespace.prefix());
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1g",
                    "-XX:+UseSerialGC",
                    "-jar",
                    System.getProperty("java.class.path")));
            command.addAll(words);
            Path logs = bench.results().resolve("logs/gossip");
            try (Program program = Program.start("fleet-" + purpose, logs, command, lines)) {
                program.awaitEnd(LIMIT);
            }
        }
    }

    private void fleet(String purpose, List<String> words) throws IOException, InterruptedException {
        bench.say("nodes: %d in one JVM, %s", NODES, purpose);
        fleet(bench, purpose, words, line -> take(purpose, line));
    }

    private void take(String purpose, String line) {
        bench.say("nodes, %s: %s", purpose, line);
        FleetProcess.read(line).ifPresent(measured -> {
            if (measured.figure() == Figure.JOIN && !purpose.equals("fast")) {
                joins.add(measured.value());
            }
            boolean first = purpose.equals("lan") || Double.isNaN(ours.get(measured.figure()));
            if (first) {
                ours.put(measured.figure(), measured.value());
            }
        });
    }

    @Override
    public List<Row> rows() {
        double[] all = joins.stream().mapToDouble(Double::doubleValue).toArray();
        double median = Latencies.median(all);
        double worst = Arrays.stream(all).max().orElse(Double.NaN);
        return List.of(
                Row.of("join of 250 on one machine: last start to all see all, median", "s", Must.atMost(2), median),
                Row.of("the same, worst", "s", Must.atMost(2), worst),
                row("join of 250 from the first start", "s", Must.nothing(), Figure.JOIN_FROM_FIRST),
                row("crash of one of 250, LAN profile: first suspicion", "s", Must.nothing(), Figure.FIRST_SUSPECT),
                row("first dead", "s", Must.nothing(), Figure.FIRST_DEAD),
                row("all know, median", "s", Must.atMost(10), Figure.ALL_KNOW),
                row("all know, worst", "s", Must.nothing(), Figure.ALL_KNOW_WORST),
                row("crash, fast profile: first suspicion", "s", Must.nothing(), Figure.FAST_FIRST_SUSPECT),
                row("first dead, fast profile", "s", Must.nothing(), Figure.FAST_FIRST_DEAD),
                row("all know, median, fast profile", "s", Must.atMost(6), Figure.FAST_ALL_KNOW),
                row("all know, worst, fast profile", "s", Must.nothing(), Figure.FAST_ALL_KNOW_WORST),
                row("steady traffic per node, encrypted", "B/s", Must.atMost(300), Figure.BYTES),
                row("steady packets per node", "/s", Must.nothing(), Figure.PACKETS),
                row("steady CPU per node", "% of a core", Must.nothing(), Figure.CPU),
                scaled("heap per node", "kB", Must.atMost(100), Figure.MEMORY),
                scaled("steady allocation per node, sockets included", "kB/s", Must.nothing(), Figure.ALLOCATION),
                row("deaths of the living in the steady state", "times", Must.atMost(0), Figure.FALSE_DEATHS),
                scaled(
                        "traffic per node with 10 keys of 64 B changed every 10 s",
                        "kB/s",
                        Must.nothing(),
                        Figure.TELEMETRY_BYTES),
                row("packets per node with them", "/s", Must.nothing(), Figure.TELEMETRY_PACKETS),
                row("CPU per node with them", "% of a core", Must.nothing(), Figure.TELEMETRY_CPU),
                scaled("heap per node with them", "kB", Must.nothing(), Figure.TELEMETRY_MEMORY),
                row("deaths of the living with them", "times", Must.atMost(0), Figure.TELEMETRY_FALSE_DEATHS),
                Row.of("planner beside these nodes: largest miss", "%", Must.atMost(20), 100 * largestMiss()));
    }

    /** NaN while one of the figures is missing. */
    private double largestMiss() {
        double worst = 0;
        for (Comparison one : comparisons()) {
            double miss = one.miss();
            worst = Double.isNaN(miss) ? miss : Math.max(worst, miss);
        }
        return worst;
    }

    /** What was planned before they ran, of a round trip on the loopback, beside what they did. */
    private List<Comparison> comparisons() {
        Plan lan = plan(Profile.LAN);
        Plan fast = plan(Profile.FAST);
        return List.of(
                new Comparison(
                        "250 nodes",
                        "first suspicion, periods",
                        seconds(lan.detection().firstSuspect()),
                        (ours.get(Figure.FIRST_SUSPECT_MEAN) + 2 * ours.get(Figure.FAST_FIRST_SUSPECT_MEAN)) / 2),
                new Comparison(
                        "250 nodes, LAN",
                        "first dead, s",
                        seconds(lan.detection().firstDead()),
                        ours.get(Figure.FIRST_DEAD)),
                new Comparison(
                        "250 nodes, LAN", "all know, s", seconds(lan.detection().allKnow()), ours.get(Figure.ALL_KNOW)),
                new Comparison(
                        "250 nodes, fast",
                        "first dead, s",
                        seconds(fast.detection().firstDead()),
                        ours.get(Figure.FAST_FIRST_DEAD)),
                new Comparison(
                        "250 nodes, fast",
                        "all know, s",
                        seconds(fast.detection().allKnow()),
                        ours.get(Figure.FAST_ALL_KNOW)),
                new Comparison("250 nodes, LAN", "bytes/s", lan.load().bytes(), ours.get(Figure.BYTES)));
    }

    private static Plan plan(Profile profile) {
        return Planner.plan(profile.config(), new io.muster.gossip.plan.Fleet(NODES, 0, LOOPBACK));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private Row row(String text, String unit, Must must, Figure figure) {
        return Row.of(text, unit, must, ours.get(figure));
    }

    private Row scaled(String text, String unit, Must must, Figure figure) {
        return Row.of(text, unit, must, ours.get(figure) / KILOBYTE);
    }

    @Override
    public List<String> notes() {
        return List.of(
                "Planner beside real nodes: "
                        + comparisons().stream().map(Comparison::inWords).collect(Collectors.joining("; ")) + ".",
                "250 nodes in one JVM (-Xmx1g), two threads for all, AES-256-GCM, three seeds, in a network namespace of its own;"
                        + " traffic is what its kernel counts on the loopback, IP and UDP or TCP headers included. Heap is after"
                        + " collections, before the first node and 10 s after the join. Joins: " + joins.size()
                        + " JVMs, each started anew.",
                "A crash closes a node's sockets without a farewell; one every 2 s, "
                        + String.format(Locale.ROOT, "%.0f", ours.get(Figure.CRASHES)) + " in all, never a seed.");
    }
}
