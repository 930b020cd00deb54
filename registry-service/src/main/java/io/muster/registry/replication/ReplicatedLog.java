package io.muster.registry.replication;

import java.util.concurrent.CompletableFuture;

/** Orders entries, keeps them, and applies each to the state machine of every node. Thread-safe; nothing here blocks. */
public interface ReplicatedLog {
    /**
     * Appends an entry, on this node or through it on the leader. Entries may be gathered into one write.
     *
     * @return the state machine's answer, once a majority has stored the entry and the leader has applied it; fails with
     *     {@link io.muster.registry.engine.EngineUnavailableException} when it was certainly not appended, and with
     *     {@link OutcomeUnknownException} when it may have been
     */
    CompletableFuture<byte[]> submit(byte[] entry);

    /**
     * Completes when this node's state machine has applied everything that was committed before the call; fails with
     * {@link io.muster.registry.engine.EngineUnavailableException} when no majority confirms that in time.
     */
    CompletableFuture<Void> barrier();

    /** How this node stands now. */
    Standing standing();
}
