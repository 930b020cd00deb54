package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Serf's agents in the places of our nodes, with its LAN profile; as many of our nodes in one JVM beside them. Needs {@code serf} on
 * the path.
 */
final class Serf implements Part {
    /** Of 250 agents that start 30 ms apart on two cores the first take each other for dead before the last have started. */
    private static final int AGENTS = 100;

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration CRASH_PAUSE = Duration.ofSeconds(3);
    private static final long SETTLE_SECONDS = 10;
    private static final double KILOBYTE = 1000;

    private final Bench bench;
    private final Contestant serf = new SerfAgents();
    private final Figures ours = new Figures();
    private final Figures fleet = new Figures();
    private final Figures processes;
    private final List<String> notMeasured = new CopyOnWriteArrayList<>();

    /**
     * A part that has not run.
     *
     * @param processes where the figures of 30 agents in namespaces of their own go
     */
    Serf(Bench bench, Figures processes) {
        this.bench = bench;
        this.processes = processes;
    }

    @Override
    public String name() {
        return "serf";
    }

    @Override
    public void run() throws IOException, InterruptedException {
        boolean quick = bench.quick();
        int seconds = quick ? 5 : 10;
        int crashes = quick ? 2 : 3;
        try {
            fleet(seconds, crashes);
        } catch (IOException e) {
            notMeasured("Not measured beside nodes: " + e.getMessage());
        }
        FleetProcess.Course course = new FleetProcess.Course(seconds, 0, 0, crashes);
        Nodes.fleet(
                bench,
                "beside",
                FleetProcess.words(Profile.LAN, AGENTS, course),
                line -> FleetProcess.read(line).ifPresent(measured -> ours.put(measured.figure(), measured.value())));
        Ordeals.Scale scale = quick ? new Ordeals.Scale(1, 10, 15, 1) : new Ordeals.Scale(1, 10, 15, 2);
        new Ordeals(bench, serf, processes, scale).run();
    }

    private void fleet(int steadySeconds, int crashes) throws IOException, InterruptedException {
        Path logs = bench.results().resolve("logs/gossip/serf");
        try (Namespace namespace = Namespace.create("serf");
                Cluster cluster = new Cluster(logs, serf, Place.onLoopback(namespace, AGENTS))) {
            bench.say(
                    "serf: %d agents start, %d ms apart",
                    AGENTS, serf.startPause().toMillis());
            cluster.start();
            double join = cluster.views().awaitAllSeeAll(cluster.lastStart(), LIMIT);
            if (Double.isInfinite(join)) {
                notMeasured(String.format(
                        Locale.ROOT,
                        "Not measured beside nodes: %d agents of Serf did not come together within %d s; of the pairs %.1f %%"
                                + " saw each other.",
                        AGENTS,
                        LIMIT.toSeconds(),
                        100 * cluster.views().completeness()));
                return;
            }
            put(Figure.NODES, AGENTS);
            put(Figure.JOIN, join);
            put(Figure.JOIN_FROM_FIRST, join + (cluster.lastStart() - cluster.firstStart()) / 1e9);
            steady(namespace, cluster, steadySeconds);
            Crashes.Result result =
                    new Crashes(cluster.views(), cluster.size()).run(crashes, CRASH_PAUSE, cluster::kill);
            put(Figure.FIRST_SUSPECT, result.median(Views.Death::suspected));
            put(Figure.FIRST_DEAD, result.median(Views.Death::dead));
            put(Figure.ALL_KNOW, result.median(Views.Death::known));
            put(Figure.ALL_KNOW_WORST, result.worst(Views.Death::known));
        }
    }

    private void notMeasured(String why) {
        bench.say("serf: %s", why);
        notMeasured.add(why);
    }

    private void steady(Namespace namespace, Cluster cluster, int seconds) throws IOException, InterruptedException {
        long joined = System.nanoTime();
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        put(Figure.MEMORY, cluster.privateBytes());
        double cpu = cluster.cpuSeconds();
        Traffic before = namespace.traffic();
        long begin = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        Traffic passed = namespace.traffic().since(before);
        double span = (System.nanoTime() - begin) / 1e9 * cluster.size();
        put(Figure.BYTES, passed.bytes() / span);
        put(Figure.PACKETS, passed.packets() / span);
        put(Figure.CPU, (cluster.cpuSeconds() - cpu) / span * 100);
        put(Figure.FALSE_DEATHS, (double) cluster.views().deaths(joined, seen -> true));
    }

    private void put(Figure figure, double value) {
        bench.say("serf: %s %.3f", figure, value);
        fleet.put(figure, value);
    }

    @Override
    public List<Row> rows() {
        String who = AGENTS + " nodes, " + AGENTS + " agents of Serf: ";
        return List.of(
                row(who + "join, last start to all see all", "s", Figure.JOIN, 1),
                row(who + "crash to first suspicion", "s", Figure.FIRST_SUSPECT, 1),
                row(who + "crash to first dead", "s", Figure.FIRST_DEAD, 1),
                row(who + "crash to all know, median", "s", Figure.ALL_KNOW, 1),
                row(who + "steady traffic of each", "B/s", Figure.BYTES, 1),
                row(who + "steady CPU of each", "% of a core", Figure.CPU, 1),
                row(who + "heap, or private memory, of each", "kB", Figure.MEMORY, KILOBYTE),
                Row.of("Serf beside nodes", "agents", Must.atLeast(AGENTS), fleet.get(Figure.NODES)),
                Row.of("Serf beside processes", "splits healed", Must.atLeast(1), processes.get(Figure.HEALS)));
    }

    private Row row(String text, String unit, Figure figure, double divisor) {
        return new Row(text, unit, Must.nothing(), ours.get(figure) / divisor, fleet.get(figure) / divisor);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(notMeasured);
        notes.add(
                "Rival: Serf of Debian's package, profile lan, not encrypted, an agent a process; its suspicion multiplier is"
                        + " 4, ours 3. Its agents start " + serf.startPause().toMillis() + " ms apart.");
        return notes;
    }
}
