package io.muster.benchmarks.gossip;

import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A registry beside gossip over the size of the fleet: CPU and bytes while nothing changes, and with one change each second. */
final class Crossover implements Part {
    static final String NAME = "crossover";
    private static final int[] SIZES = {10, 50, 100, 250};

    private final Bench bench;
    private final List<Point> points = new CopyOnWriteArrayList<>();

    /**
     * One size.
     *
     * @param gossip a member, in a JVM with all others
     * @param registry its server, and what its clients cause
     */
    private record Point(
            int size, Load gossip, Load gossipChanging, RegistryFleet.Load registry, RegistryFleet.Load changing) {}

    /**
     * Of one node.
     *
     * @param bytes per second, with headers
     * @param cpuPercent of a core
     */
    private record Load(double bytes, double cpuPercent) {}

    Crossover(Bench bench) {
        this.bench = bench;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void run() throws IOException, InterruptedException {
        int seconds = bench.quick() ? 5 : 15;
        for (int size : SIZES) {
            Figures figures = new Figures();
            List<String> words = FleetProcess.words(Profile.LAN, size, new FleetProcess.Course(seconds, 0, seconds, 0));
            Nodes.fleet(
                    bench,
                    "cross" + size,
                    words,
                    line -> FleetProcess.read(line)
                            .ifPresent(measured -> figures.put(measured.figure(), measured.value())));
            RegistryFleet.Result registry = RegistryFleet.measure(bench, size, seconds);
            points.add(new Point(
                    size,
                    new Load(figures.get(Figure.BYTES), figures.get(Figure.CPU)),
                    new Load(figures.get(Figure.CHANGE_BYTES), figures.get(Figure.CHANGE_CPU)),
                    registry.steady(),
                    registry.changing()));
            bench.say("crossover: %d nodes", size);
        }
        Path file = bench.results().resolve("gossip-crossover.md");
        Files.createDirectories(bench.results());
        Files.writeString(file, table());
        bench.say("crossover: every figure in %s", file);
        System.out.print(table());
    }

    private String table() {
        StringBuilder text = new StringBuilder(
                "| nodes | gossip: B/s of a node | registry: B/s of a node | gossip: CPU of all | registry: CPU of the server"
                        + " | of its clients too |\n|---|---|---|---|---|---|\n");
        for (Point point : points) {
            line(text, Integer.toString(point.size), point.size, point.gossip, point.registry);
        }
        for (Point point : points) {
            line(text, point.size + ", a change each second", point.size, point.gossipChanging, point.changing);
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, int size, Load gossip, RegistryFleet.Load registry) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.1f %% | %.1f %% | %.1f %% |%n",
                name,
                gossip.bytes,
                registry.bytes() / size,
                gossip.cpuPercent * size,
                registry.serverPercent(),
                registry.serverPercent() + registry.clientsPercent()));
    }

    @Override
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Point point : points) {
            rows.add(new Row(
                    point.size + " nodes: CPU of all (rival: registry with its clients)",
                    "% of a core",
                    Must.nothing(),
                    point.gossip.cpuPercent * point.size,
                    point.registry.serverPercent() + point.registry.clientsPercent()));
            rows.add(new Row(
                    point.size + " nodes: bytes of a node (rival: registry)",
                    "B/s",
                    Must.nothing(),
                    point.gossip.bytes,
                    point.registry.bytes() / point.size));
        }
        return rows;
    }

    @Override
    public List<String> notes() {
        return points.isEmpty()
                ? List.of()
                : List.of(
                        "Registry: its server, and of each instance a heartbeat every 5 s and a stream, on plain HTTP, as many"
                                + " instances as gossip has nodes, all of one service that all watch; without the starter's own CPU.");
    }
}
