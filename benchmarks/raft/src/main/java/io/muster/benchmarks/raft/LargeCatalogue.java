package io.muster.benchmarks.raft;

import io.muster.benchmarks.http.HttpConnection;
import io.muster.benchmarks.http.LoadLoop;
import io.muster.benchmarks.process.ThreadTimes;
import io.muster.benchmarks.registry.ClosedLoop;
import io.muster.benchmarks.registry.HeartbeatLoad;
import io.muster.benchmarks.registry.Member;
import io.muster.benchmarks.report.Progress;
import io.muster.quorum.cluster.RegistryCluster;
import io.muster.quorum.cluster.RegistryNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Instances register through all nodes with 100 clients, and then live there: their heartbeats go on, spread over the nodes. */
final class LargeCatalogue {
    private static final int CLIENTS = 100;
    private static final int SERVICES = 300;
    private static final int PASSING = 10_000;
    private static final int HEARTBEAT_MILLIS = 5000;

    private final Path root;
    private final Path folder;
    private final Scale scale;
    private final Progress progress;

    LargeCatalogue(Path root, Path folder, Scale scale, Progress progress) {
        this.root = root;
        this.folder = folder;
        this.scale = scale;
        this.progress = progress;
    }

    /**
     * What came out.
     *
     * @param registrationsPerSecond answered well, from the first to the last
     * @param collectorPercent of a node's CPU, the worst node's
     * @param residentMegabytes of a node, the worst node's at its peak
     * @param alive nodes that ran to the end
     */
    record Result(double registrationsPerSecond, double collectorPercent, double residentMegabytes, int alive) {}

    Result run() throws IOException, InterruptedException {
        progress.say("catalogue: three nodes with -Xmx256m, %,d instances", scale.instances());
        List<Member> members = IntStream.range(0, scale.instances())
                .mapToObj(i -> new Member("service-" + i % SERVICES, i))
                .toList();
        try (RegistryCluster cluster = RegistryCluster.onLoopback(MusterService.plan(root, folder), 3);
                LoadLoop loop = LoadLoop.start()) {
            cluster.start();
            List<HttpConnection> connections = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int port = cluster.nodes().get(i % 3).httpPort();
                connections.addAll(HttpConnection.open(loop, port, 1));
            }
            warmUp(loop, connections);
            HeartbeatLoad heartbeats = new HeartbeatLoad(members, connections, connections.get(0));
            Future<?> batching = loop.every(HEARTBEAT_MILLIS, heartbeats::renewTheOthers);
            long start = System.nanoTime();
            ClosedLoop.all(
                    loop,
                    connections,
                    "registrations",
                    members.stream().map(Member::register).iterator());
            double perSecond = members.size() * 1e9 / (System.nanoTime() - start);
            progress.say("catalogue: %,.0f registrations/s; each instance takes to its own heartbeat", perSecond);
            Future<?> beating = loop.every(HeartbeatLoad.tickMillis(), heartbeats);
            Result result = observe(cluster, perSecond);
            beating.cancel(false);
            batching.cancel(false);
            return result;
        }
    }

    /** A JVM compiles what it runs for a minute or two; servers run for months. What comes and goes here does not count. */
    private void warmUp(LoadLoop loop, List<HttpConnection> connections) throws InterruptedException {
        List<Member> passing = IntStream.range(0, PASSING)
                .mapToObj(i -> new Member("passing-" + i % SERVICES, scale.instances() + i))
                .toList();
        for (int round = 1; round <= scale.warmUps(); round++) {
            long start = System.nanoTime();
            ClosedLoop.all(
                    loop,
                    connections,
                    "registrations",
                    passing.stream().map(Member::register).iterator());
            double perSecond = passing.size() * 1e9 / (System.nanoTime() - start);
            progress.say("catalogue: warming up, %,.0f registrations/s", perSecond);
            ClosedLoop.all(
                    loop,
                    connections,
                    "deregistrations",
                    passing.stream().map(Member::deregister).iterator());
        }
    }

    private Result observe(RegistryCluster cluster, double perSecond) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(scale.steadySeconds() / 3);
        Map<RegistryNode, ThreadTimes> before = new HashMap<>();
        for (RegistryNode node : cluster.nodes()) {
            before.put(node, node.process().threadTimes());
        }
        TimeUnit.SECONDS.sleep(scale.steadySeconds());
        double collector = 0;
        double resident = 0;
        int alive = 0;
        RegistryNode leader = cluster.awaitLeader();
        for (RegistryNode node : cluster.nodes()) {
            alive += node.up() ? 1 : 0;
            double share = 100
                    * node.process()
                            .threadTimes()
                            .collectorShareSince(
                                    before.getOrDefault(node, node.process().threadTimes()));
            double megabytes = residentMegabytes(node.process().process().pid());
            progress.say(
                    "catalogue: %s%s: collector %.1f %% of its CPU, %.0f MB resident",
                    node, node == leader ? " (leads)" : "", share, megabytes);
            collector = Math.max(collector, share);
            resident = Math.max(resident, megabytes);
        }
        return new Result(perSecond, collector, resident, alive);
    }

    /** At its peak, as Linux keeps it. */
    static double residentMegabytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("No VmHWM of process " + pid);
    }
}
