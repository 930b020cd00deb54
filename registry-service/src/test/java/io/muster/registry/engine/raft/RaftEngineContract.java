package io.muster.registry.engine.raft;

import io.muster.registry.engine.Engine;
import io.muster.registry.engine.EngineContract;
import io.muster.registry.engine.VirtualScheduler;
import io.muster.registry.health.HealthConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What every engine keeps, for the leader of a cluster. */
abstract class RaftEngineContract extends EngineContract {
    private static final Duration STEP = Duration.ofMillis(250);

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final List<EngineCluster> clusters = new ArrayList<>();

    @TempDir
    Path directory;

    /** How many nodes. */
    abstract int size();

    @Override
    protected Engine create() {
        EngineCluster cluster = new EngineCluster(
                directory.resolve("cluster" + clusters.size()),
                size(),
                new HealthConfig(TTL.toNanos(), REMOVE_AFTER.toNanos(), SILENCE_HOLD.toNanos()),
                REMEMBERED_CHANGES,
                prober(),
                scheduler::nanos,
                () -> WHEN,
                scheduler);
        clusters.add(cluster);
        return cluster.engine(cluster.leader());
    }

    @AfterEach
    void closeClusters() {
        clusters.forEach(EngineCluster::close);
    }

    @Override
    protected void pass(Duration time) {
        Duration left = time;
        while (left.compareTo(Duration.ZERO) > 0) {
            Duration step = left.compareTo(STEP) < 0 ? left : STEP;
            scheduler.advance(step);
            settle();
            left = left.minus(step);
        }
    }

    @Override
    protected void settle() {
        clusters.forEach(EngineCluster::settle);
    }
}
