package io.muster.gossip;

import io.muster.gossip.protocol.StateValue;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A map that all members write, without a coordinator: the last write of a key wins. A write that has seen another is the later
 * one; of two that have not seen each other all members keep the same one. Entries stay when their writer goes. Thread-safe; from
 * {@link GossipNode#map}.
 *
 * <p>All maps together hold 512 entries; the last removals are remembered as long as there is room, so a member that was cut off
 * for longer than that many changes may bring back what was removed meanwhile.
 */
public final class SharedMap {
    private final GossipNode node;
    private final String name;

    SharedMap(GossipNode node, String name) {
        this.node = node;
        this.name = name;
    }

    /**
     * Writes an entry; complete when it is in force at this node.
     *
     * @return failed with an {@code IllegalStateException} if all maps together would have more than 512 entries
     */
    public CompletableFuture<Void> put(String key, StateValue value) {
        return node.change(state -> state.put(name, key, value));
    }

    /** Removes an entry, if there is one. */
    public CompletableFuture<Void> remove(String key) {
        return node.change(state -> state.remove(name, key));
    }

    public CompletableFuture<Optional<StateValue>> get(String key) {
        return node.read(state -> state.mapValue(name, key));
    }

    /** All entries, by key. */
    public CompletableFuture<Map<String, StateValue>> entries() {
        return node.read(state -> state.map(name));
    }
}
