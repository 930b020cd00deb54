package io.muster.benchmarks.gossip;

import io.muster.gossip.GossipConfig;
import io.muster.gossip.GossipNode;
import io.muster.gossip.GossipThreads;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.wire.Keyring;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One node in a process of its own, which says what it sees and ends with its input. */
final class NodeProcess {
    /** Starts this program as one: {@code node INDEX HOST PORT [SEED_HOST SEED_PORT ...]}. */
    static final String WORD = "node";

    static final String STARTED = "STARTED";
    static final String CLUSTER = "bench";
    private static final int FIRST_SEED = 4;

    private NodeProcess() {}

    static void run(List<String> words) throws IOException {
        NodeAddress address = address(words, 2);
        List<NodeAddress> seeds = new ArrayList<>();
        for (int i = FIRST_SEED; i + 1 < words.size(); i += 2) {
            seeds.add(address(words, i));
        }
        GossipConfig config = new GossipConfig(
                CLUSTER, "n" + words.get(1), address, seeds, Metadata.EMPTY, Profile.LAN.config(), key(), false, null);
        try (GossipThreads threads = new GossipThreads(1)) {
            var unused = GossipNode.start(config, threads, NodeProcess::say);
            System.out.println(STARTED);
            while (System.in.read() >= 0) {
                // Nothing is asked of it.
            }
        }
    }

    /** The key of all nodes that are measured. */
    static Keyring key() {
        return new Keyring(1, new byte[32]);
    }

    private static void say(MemberEvent event) {
        System.out.println(event.kind() + " " + event.record().id().name());
    }

    private static NodeAddress address(List<String> words, int at) {
        return new NodeAddress(words.get(at), Integer.parseInt(words.get(at + 1)));
    }
}
