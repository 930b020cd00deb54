package io.muster.registry.engine.raft;

import static org.awaitility.Awaitility.await;

import io.muster.registry.health.HealthConfig;
import io.muster.registry.health.Prober;
import io.muster.registry.raft.RaftConfig;
import io.muster.registry.raft.RaftNode;
import io.muster.registry.raft.RaftPeerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Engines of one cluster, on nodes on the loopback address. */
final class EngineCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String GROUP = "catalogue";
    private static final RaftConfig.Timeouts TIMEOUTS =
            new RaftConfig.Timeouts(Duration.ofMillis(200), Duration.ofMillis(400), Duration.ofSeconds(10));

    /** Nobody else could be elected, however slow the machine is. */
    private static final RaftConfig.Timeouts ALONE =
            new RaftConfig.Timeouts(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofSeconds(10));

    private final Path directory;
    private final RaftEngineConfig config;
    private final Prober prober;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private final ScheduledExecutorService ticker;
    private final List<RaftPeerAddress> peers;
    private final AtomicLong epochs = new AtomicLong(5);
    private final Map<String, RaftEngine> engines = new TreeMap<>();
    private final Map<String, RaftNode> nodes = new TreeMap<>();

    EngineCluster(
            Path directory,
            int size,
            HealthConfig health,
            int rememberedChanges,
            Prober prober,
            LongSupplier nanoClock,
            InstantSource wallClock,
            ScheduledExecutorService ticker) {
        this.directory = directory;
        this.config = new RaftEngineConfig(health, 10_000, rememberedChanges, Duration.ofSeconds(1));
        this.prober = prober;
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.ticker = ticker;
        this.peers = peers(size);
        peers.forEach(peer -> start(peer.id()));
    }

    private static List<RaftPeerAddress> peers(int size) {
        List<RaftPeerAddress> found = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < size; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                found.add(new RaftPeerAddress("n" + i, "127.0.0.1", socket.getLocalPort()));
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    void start(String id) {
        RaftEngine engine = new RaftEngine(config, epochs::incrementAndGet, prober, nanoClock, wallClock, ticker);
        RaftNode node = new RaftNode(
                new RaftConfig(
                        "test",
                        id,
                        peers,
                        "127.0.0.1",
                        directory.resolve(id),
                        true,
                        peers.size() == 1 ? ALONE : TIMEOUTS),
                Map.of(GROUP, engine.stateMachine()),
                System::nanoTime);
        engine.replicateBy(node.log(GROUP));
        engine.start();
        node.start();
        engines.put(id, engine);
        nodes.put(id, node);
    }

    void stop(String id) {
        engine(id).close();
        RaftNode node = nodes.remove(id);
        if (node != null) {
            node.close();
        }
        engines.remove(id);
    }

    List<String> running() {
        return List.copyOf(engines.keySet());
    }

    RaftEngine engine(String id) {
        RaftEngine engine = engines.get(id);
        if (engine == null) {
            throw new IllegalArgumentException("id must be one of " + engines.keySet() + " but was " + id);
        }
        return engine;
    }

    /** The one that leads a catalogue that has an epoch. */
    String leader() {
        return await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () -> running().stream()
                                .filter(id -> engine(id).hasAuthority()
                                        && !engine(id).proposes()
                                        && engine(id).position().epoch() != 0)
                                .findFirst()
                                .orElse(""),
                        id -> !id.isEmpty());
    }

    String follower() {
        String leader = leader();
        return running().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    }

    /** Waits until what was proposed is applied. */
    void settle() {
        await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> engines.values().stream().noneMatch(RaftEngine::proposes));
    }

    @Override
    public void close() {
        engines.values().forEach(RaftEngine::close);
        // A server takes a second to end, and waits for nobody meanwhile.
        nodes.values().parallelStream().forEach(RaftNode::close);
    }
}
