package io.muster.quorum.cluster;

import io.muster.benchmarks.process.Network;
import io.muster.benchmarks.process.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Nodes of one registry on the {@code raft} engine. Thread-safe. */
public final class RegistryCluster implements AutoCloseable {
    private static final long LEADER_LIMIT_SECONDS = 60;

    private final List<RegistryNode> nodes;
    private final NodeStandings standings = new NodeStandings();

    private RegistryCluster(List<RegistryNode> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /**
     * Where and how nodes run.
     *
     * @param program what {@code java} runs: {@code -jar} and the executable jar, or a class path and a class
     * @param folder for their data, which is emptied, and their output
     * @param jvm flags of their JVMs
     * @param properties Spring properties beside those that make them a cluster
     */
    public record Plan(List<String> program, Path folder, List<String> jvm, List<String> properties) {
        /** Copies the lists. */
        public Plan {
            program = List.copyOf(program);
            jvm = List.copyOf(jvm);
            properties = List.copyOf(properties);
        }
    }

    /** Nodes on the loopback, not started. */
    public static RegistryCluster onLoopback(Plan plan, int count) throws IOException {
        return create(plan, count, null);
    }

    /** Nodes with a namespace each, not started. */
    public static RegistryCluster in(Network network, Plan plan, int count) throws IOException {
        return create(plan, count, network);
    }

    private static RegistryCluster create(Plan plan, int count, @Nullable Network network) throws IOException {
        delete(plan.folder.resolve("data"));
        List<String> addresses = new ArrayList<>();
        List<Integer> httpPorts = new ArrayList<>();
        List<String> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(network == null ? "127.0.0.1" : network.address(i));
            httpPorts.add(Servers.freePort());
            peers.add("n" + i + "=" + addresses.get(i) + ":" + Servers.freePort());
        }
        List<RegistryNode> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = "n" + i;
            List<String> arguments = new ArrayList<>(plan.jvm);
            arguments.add("-Xlog:gc:file=" + plan.folder.resolve(id + "-gc.log") + "::filecount=0");
            arguments.addAll(plan.program);
            arguments.addAll(List.of(
                    "--server.address=" + addresses.get(i),
                    "--server.port=" + httpPorts.get(i),
                    "--muster.server.engine=raft",
                    "--muster.server.raft.id=" + id,
                    "--muster.server.raft.peers=" + String.join(",", peers),
                    "--muster.server.raft.bind-address=" + addresses.get(i),
                    "--muster.server.data-dir=" + plan.folder.resolve("data").resolve(id)));
            if (network != null) {
                arguments.add("--muster.server.auth.mode=none");
                arguments.add("--muster.server.raft.open-network=true");
            }
            arguments.addAll(plan.properties);
            nodes.add(new RegistryNode(
                    id,
                    addresses.get(i),
                    httpPorts.get(i),
                    plan.folder,
                    network == null ? List.of() : network.prefix(i),
                    arguments));
        }
        return new RegistryCluster(nodes);
    }

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

    /** All nodes. */
    public List<RegistryNode> nodes() {
        return nodes;
    }

    /** Starts all nodes and waits until they answer and one leads the leases. */
    public void start() throws IOException, InterruptedException {
        for (RegistryNode node : nodes) {
            node.start();
        }
        for (RegistryNode node : nodes) {
            node.awaitAnswer();
        }
        awaitLeader();
    }

    /** The node that leads the leases, as the nodes that are up tell; the one of the newest term when several think so. */
    public Optional<RegistryNode> leader() {
        return nodes.stream()
                .filter(RegistryNode::up)
                .map(node -> new Told(node, standings.of(node)))
                .filter(told -> told.standing.leads())
                .max(Comparator.comparingLong(told -> told.standing.term()))
                .map(Told::node);
    }

    private record Told(RegistryNode node, NodeStandings.NodeStanding standing) {}

    /** Waits until one leads. */
    public RegistryNode awaitLeader() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEADER_LIMIT_SECONDS);
        while (true) {
            Optional<RegistryNode> leader = leader();
            if (leader.isPresent()) {
                return leader.get();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("No node leads after " + LEADER_LIMIT_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        nodes.forEach(RegistryNode::close);
    }
}
