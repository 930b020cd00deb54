package io.muster.registry.replication;

import java.util.concurrent.CompletableFuture;

/** A state machine whose leader knows more than the log: signs of life that nobody keeps. Thread-safe. */
public interface LeaderState extends StateMachine {
    /**
     * Answers a question of any node; called on the leader alone.
     *
     * @return the answer; fails when this node leads no more
     */
    CompletableFuture<byte[]> answer(byte[] question);
}
