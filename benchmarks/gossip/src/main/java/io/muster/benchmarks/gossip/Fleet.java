package io.muster.benchmarks.gossip;

import io.muster.gossip.GossipConfig;
import io.muster.gossip.GossipNode;
import io.muster.gossip.GossipThreads;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Encrypted nodes in this JVM, on loopback, that share two threads. */
final class Fleet implements AutoCloseable {
    private static final int THREADS = 2;

    private final GossipThreads threads = new GossipThreads(THREADS);
    private final List<GossipNode> nodes = new ArrayList<>();
    private final List<NodeAddress> addresses;
    private final Profile profile;
    private final Views views;
    private long firstStart;
    private long lastStart;

    Fleet(Profile profile, int size) {
        this.profile = profile;
        this.addresses = IntStream.range(0, size).mapToObj(Place::onLoopback).toList();
        this.views = new Views(size);
    }

    /** Starts all nodes, one right after the other; they join in the background. */
    void start() {
        firstStart = System.nanoTime();
        for (int i = 0; i < addresses.size(); i++) {
            views.started(i);
            lastStart = System.nanoTime();
            nodes.add(GossipNode.start(config(i), threads, listener(i)));
        }
    }

    private GossipConfig config(int node) {
        List<NodeAddress> seeds = addresses.subList(0, Math.min(Contestant.SEEDS, addresses.size()));
        return GossipConfig.of(NodeProcess.CLUSTER, "n" + node, addresses.get(node), seeds)
                .withProtocol(profile.config())
                .withKeyring(NodeProcess.key());
    }

    private Consumer<MemberEvent> listener(int node) {
        return event -> {
            long now = System.nanoTime();
            int subject = Integer.parseInt(event.record().id().name().substring(1));
            switch (event.kind()) {
                case UP -> views.take(node, Views.Sight.UP, subject, now);
                case SUSPECTED -> views.take(node, Views.Sight.SUSPECTED, subject, now);
                case DOWN -> views.take(node, Views.Sight.DOWN, subject, now);
                case GONE -> views.take(node, Views.Sight.GONE, subject, now);
                case UPDATED, REPLACED, CLEARED, CONFLICT -> {}
            }
        };
    }

    /** Closes a node's sockets without a farewell; when, in nanoseconds. */
    long crash(int node) {
        views.ended(node);
        long at = System.nanoTime();
        nodes.get(node).close();
        return at;
    }

    long firstStart() {
        return firstStart;
    }

    long lastStart() {
        return lastStart;
    }

    Views views() {
        return views;
    }

    GossipNode node(int node) {
        return nodes.get(node);
    }

    int size() {
        return addresses.size();
    }

    @Override
    public void close() {
        threads.close();
    }
}
