package io.muster.registry.raft;

import static org.awaitility.Awaitility.await;

import io.muster.registry.replication.StateMachine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Nodes of one cluster on the loopback address, each with a counter in each of its groups. */
final class RaftCluster implements AutoCloseable {
    static final String GROUP = "counter";
    static final String SECOND_GROUP = "second";
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final RaftConfig.Timeouts TIMEOUTS =
            new RaftConfig.Timeouts(Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofSeconds(5));

    private final Path directory;
    private final List<RaftPeerAddress> peers;
    private final Map<String, RaftPeerAddress> joined = new TreeMap<>();
    private final Map<String, RaftNode> nodes = new TreeMap<>();
    private final Map<String, CounterMachine> machines = new TreeMap<>();
    private boolean secondGroup = true;

    RaftCluster(Path directory, int size) throws IOException {
        this(directory, size, true);
    }

    /** @param secondGroup whether there is one from the beginning; otherwise {@link #withSecondGroup()} says from when */
    RaftCluster(Path directory, int size, boolean secondGroup) throws IOException {
        this.directory = directory;
        this.secondGroup = secondGroup;
        this.peers = peers(size);
        peers.forEach(peer -> start(peer.id(), true));
    }

    private static List<RaftPeerAddress> peers(int size) throws IOException {
        List<RaftPeerAddress> found = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            found.add(new RaftPeerAddress("n" + i, "127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return found;
    }

    void start(String id, boolean mayForm) {
        start(id, mayForm, false);
    }

    /** Starts a node that waits until it is added, and knows nobody but itself. */
    RaftPeerAddress join(String id) throws IOException {
        if (!joined.containsKey(id)) {
            joined.put(
                    id,
                    peers.stream()
                            .filter(peer -> peer.id().equals(id))
                            .findFirst()
                            .orElse(new RaftPeerAddress(
                                    id, "127.0.0.1", peers(1).get(0).port())));
        }
        start(id, false, true);
        return address(id);
    }

    RaftPeerAddress address(String id) {
        RaftPeerAddress alone = joined.get(id);
        return alone != null
                ? alone
                : peers.stream()
                        .filter(peer -> peer.id().equals(id))
                        .findFirst()
                        .orElseThrow();
    }

    private void start(String id, boolean mayForm, boolean joins) {
        CounterMachine machine = new CounterMachine();
        List<RaftPeerAddress> named = joined.containsKey(id) ? List.of(address(id)) : peers;
        RaftConfig config =
                new RaftConfig("test", id, named, "127.0.0.1", directory(id), mayForm, TIMEOUTS, joins, null);
        RaftNode node = new RaftNode(config, machines(machine), System::nanoTime);
        nodes.put(id, node);
        machines.put(id, machine);
        node.start();
    }

    private Map<String, StateMachine> machines(CounterMachine first) {
        return secondGroup ? Map.of(GROUP, first, SECOND_GROUP, new CounterMachine()) : Map.of(GROUP, first);
    }

    /** Nodes that are started from now on have both groups. */
    void withSecondGroup() {
        secondGroup = true;
    }

    void stop(String id) {
        node(id).close();
        nodes.remove(id);
        machines.remove(id);
    }

    Path directory(String id) {
        return directory.resolve(id);
    }

    RaftNode node(String id) {
        RaftNode node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException("id must be one of " + nodes.keySet() + " but was " + id);
        }
        return node;
    }

    CounterMachine machine(String id) {
        CounterMachine machine = machines.get(id);
        if (machine == null) {
            throw new IllegalArgumentException("id must be one of " + machines.keySet() + " but was " + id);
        }
        return machine;
    }

    List<String> running() {
        return List.copyOf(nodes.keySet());
    }

    /** The one that leads, once there is one that may prepare entries. */
    String leader() {
        return await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(
                        () -> running().stream()
                                .filter(id -> machine(id).leads()
                                        && node(id).log(GROUP).standing().leads())
                                .findFirst()
                                .orElse(""),
                        id -> !id.isEmpty());
    }

    String follower() {
        String leader = leader();
        return running().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    }

    /** Appends a word through a node and answers what the leader said. */
    String append(String id, String word) {
        return CounterMachine.text(
                node(id).log(GROUP).submit(CounterMachine.bytes(word)).join());
    }

    void settled(String word, long count) {
        await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(() -> running().stream().allMatch(id -> machine(id).count(word) == count));
    }

    @Override
    public void close() {
        // A server takes a second to end, and waits for nobody meanwhile.
        nodes.values().parallelStream().forEach(RaftNode::close);
    }
}
