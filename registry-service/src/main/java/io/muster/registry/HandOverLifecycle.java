package io.muster.registry;

import io.muster.registry.raft.RaftNode;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** Lets others lead before anything here is closed, so that a planned stop costs nobody an election. */
final class HandOverLifecycle implements SmartLifecycle {
    private static final Duration LIMIT = Duration.ofMillis(1_500);

    private final RaftNode node;
    private volatile boolean running;

    HandOverLifecycle(RaftNode node) {
        this.node = node;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        node.handOver(LIMIT);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
