package io.muster.registry.engine.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.registry.engine.Engine;
import io.muster.registry.engine.EngineContract;
import io.muster.registry.engine.VirtualScheduler;
import io.muster.registry.health.HealthConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** What every engine keeps, for the leader of a cluster. */
abstract class RaftEngineContract extends EngineContract {
    private static final Duration STEP = Duration.ofMillis(250);
    private static final int CLOSERS = 4;

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final List<EngineCluster> clusters = new ArrayList<>();

    /** Of all tests of a class: a cluster is closed while the next test runs. */
    @TempDir
    private static Path directory;

    private static ExecutorService closers;
    private static int created;

    /** How many nodes. */
    abstract int size();

    @BeforeAll
    static void startClosers() {
        closers = Executors.newFixedThreadPool(CLOSERS);
    }

    @AfterAll
    static void awaitClosers() throws InterruptedException {
        closers.shutdown();
        assertThat(closers.awaitTermination(EngineCluster.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("all clusters are closed")
                .isTrue();
    }

    @Override
    protected Engine create() {
        EngineCluster cluster = new EngineCluster(
                directory.resolve("cluster" + ++created),
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
        clusters.forEach(cluster -> closers.execute(cluster::close));
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
