package io.muster.registry.replication;

import java.util.concurrent.CompletableFuture;

/** A log whose leader answers questions that are not logged. Thread-safe; nothing here blocks. */
public interface LeaderLog extends ReplicatedLog {
    /**
     * Puts a question to the leader's {@link LeaderState}, on this node or through it.
     *
     * @param question not empty
     * @return the answer; fails with {@link io.muster.registry.engine.EngineUnavailableException} when no leader gave one in
     *     time
     */
    CompletableFuture<byte[]> ask(byte[] question);
}
