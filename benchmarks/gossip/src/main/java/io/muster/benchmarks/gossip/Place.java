package io.muster.benchmarks.gossip;

import io.muster.gossip.protocol.NodeAddress;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a node runs.
 *
 * @param prefix the program through which it is started
 * @param address where it listens
 */
record Place(List<String> prefix, NodeAddress address) {
    private static final int FIRST_PORT = 21_000;

    Place {
        prefix = List.copyOf(prefix);
    }

    /** Ports on the loopback of one namespace. */
    static List<Place> onLoopback(Namespace namespace, int nodes) {
        return IntStream.range(0, nodes)
                .mapToObj(i -> new Place(namespace.prefix(), onLoopback(i)))
                .toList();
    }

    static NodeAddress onLoopback(int node) {
        return new NodeAddress("127.0.0.1", FIRST_PORT + node);
    }
}
