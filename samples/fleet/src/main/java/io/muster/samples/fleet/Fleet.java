package io.muster.samples.fleet;

import io.muster.gossip.GossipConfig;
import io.muster.gossip.GossipThreads;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SwimConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * All nodes. Every 25th is to be killed (the first too, which is a seed), every 50th to be paused, an eighth to be cut off; these
 * do not overlap. Those to be paused have a thread of their own.
 *
 * <p>Changed by one thread; may be read by others.
 */
final class Fleet implements AutoCloseable {
    private static final int SEEDS = 3;
    private static final int THREADS = 2;
    private static final long LOOK_SECONDS = 10;

    private final LongSupplier clock;
    private final GossipThreads threads = new GossipThreads(THREADS);
    private final GossipThreads pausable = new GossipThreads(1);
    private final Gate gate = new Gate();
    private final List<EdgeNode> nodes = new ArrayList<>();
    private final List<EdgeNode> victims;
    private final List<EdgeNode> sleepers;
    private final List<EdgeNode> outsiders;

    /**
     * @param size at least 20
     * @param clock in milliseconds
     */
    Fleet(int size, SwimConfig protocol, LongSupplier clock) {
        this.clock = clock;
        int firstSleeper = size - Math.max(1, size / 50);
        List<NodeAddress> addresses = Ports.free(size).stream()
                .map(port -> new NodeAddress("127.0.0.1", port))
                .toList();
        Link.Keys keys = new Link.Keys();
        for (int i = 0; i < size; i++) {
            Link link = new Link(keys);
            GossipConfig config = GossipConfig.of(
                            "edge-fleet", EdgeNode.name(i), addresses.get(i), addresses.subList(0, SEEDS))
                    .withProtocol(protocol)
                    .withKeyring(link.keyring());
            boolean sleeper = i >= firstSleeper;
            nodes.add(new EdgeNode(i, config, link, sleeper ? pausable : threads, sleeper ? gate::pass : () -> {}));
        }
        this.sleepers = List.copyOf(nodes.subList(firstSleeper, size));
        List<EdgeNode> others = new ArrayList<>(nodes.subList(0, firstSleeper));
        this.victims = spread(others, Math.max(1, size / 25));
        others.removeAll(victims);
        this.outsiders = spread(others, Math.max(2, size * 12 / 100));
    }

    /** So many of them, at even distances, the first included. */
    private static List<EdgeNode> spread(List<EdgeNode> from, int count) {
        List<EdgeNode> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(from.get(i * from.size() / count));
        }
        return List.copyOf(chosen);
    }

    /** By number. */
    List<EdgeNode> nodes() {
        return List.copyOf(nodes);
    }

    List<EdgeNode> victims() {
        return victims;
    }

    List<EdgeNode> sleepers() {
        return sleepers;
    }

    List<EdgeNode> outsiders() {
        return outsiders;
    }

    void start() {
        nodes.forEach(node -> node.start(clock));
    }

    /** Ends the victims at once; returns when they have ended. */
    void kill() {
        victims.stream().map(EdgeNode::kill).toList().forEach(CompletableFuture::join);
    }

    void restart() {
        victims.forEach(victim -> victim.start(clock));
    }

    void pause() {
        sleepers.forEach(node -> node.paused(true));
        gate.shut();
    }

    void resume() {
        gate.open();
        sleepers.forEach(node -> node.paused(false));
    }

    void cut() {
        outsiders.forEach(EdgeNode::cutOff);
    }

    void heal() {
        outsiders.forEach(EdgeNode::heal);
    }

    /**
     * Waits until each node that runs and is not cut off holds exactly these for alive: the nodes that run and are not cut off.
     *
     * @return when the last of them came to know; empty if not all know within the limit
     */
    OptionalLong awaitKnown(Duration limit) throws InterruptedException {
        long until = clock.getAsLong() + limit.toMillis();
        BitSet running = running();
        List<View> views = nodes.stream()
                .filter(node -> node.state() == EdgeNode.State.RUNNING)
                .map(EdgeNode::view)
                .toList();
        while (!views.stream().allMatch(view -> view.is(running))) {
            for (View view : views) {
                if (!view.await(running, until)) {
                    return OptionalLong.empty();
                }
            }
        }
        return views.stream().mapToLong(View::changedAt).max();
    }

    /** The nodes that run and are not cut off, by number. */
    BitSet running() {
        BitSet running = new BitSet();
        nodes.stream()
                .filter(node -> node.state() == EdgeNode.State.RUNNING)
                .forEach(node -> running.set(node.number()));
        return running;
    }

    /** Asks every node that can be asked what it sees. */
    List<Sight> look() throws InterruptedException {
        List<CompletableFuture<Sight>> looks =
                nodes.stream().filter(EdgeNode::isThere).map(EdgeNode::look).toList();
        List<Sight> sights = new ArrayList<>();
        for (CompletableFuture<Sight> look : looks) {
            try {
                sights.add(look.get(LOOK_SECONDS, TimeUnit.SECONDS));
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException("each running node must answer within " + LOOK_SECONDS + " s", e);
            }
        }
        return sights;
    }

    /** Ends all nodes and their threads. */
    @Override
    public void close() {
        gate.open();
        threads.close();
        pausable.close();
    }
}
