package io.muster.gossip;

import io.muster.gossip.protocol.SharedState;
import java.util.concurrent.CompletableFuture;

/**
 * A counter that all members add to, without a coordinator. What a member has counted stays when it restarts or goes; it is
 * forgotten only with the member's tombstone, after half of {@code tombstoneTtl}. What a process counts in its last moments
 * before a crash may be lost with it. Thread-safe; from {@link GossipNode#counter}.
 */
public final class SharedCounter {
    private final GossipNode node;
    private final String name;

    SharedCounter(GossipNode node, String name) {
        this.node = node;
        this.name = name;
    }

    /**
     * Adds to the counter, or takes from it; complete when it is in force at this node.
     *
     * @return failed with an {@code IllegalStateException} if this node would count in more than 32 counters
     */
    public CompletableFuture<Void> add(long delta) {
        return node.change(state -> state.add(name, delta));
    }

    /** The sum of what this node has heard of. */
    public CompletableFuture<Long> value() {
        return node.read((SharedState state) -> state.count(name));
    }
}
