package io.muster.registry.engine.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.OperatorSetting;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.HealthConfig;
import io.muster.registry.health.Prober;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftEngineTest {
    private static final ServiceKey ORDERS = new ServiceKey("default", "orders");

    private final ScheduledThreadPoolExecutor ticker = new ScheduledThreadPoolExecutor(1);

    @TempDir
    Path directory;

    private EngineCluster cluster;

    @BeforeEach
    void startCluster() {
        HealthConfig health = new HealthConfig(
                Duration.ofMinutes(5).toNanos(),
                Duration.ofMinutes(10).toNanos(),
                Duration.ofMinutes(5).toNanos());
        cluster = new EngineCluster(
                directory, 3, health, 1_000, refusing(), System::nanoTime, InstantSource.system(), ticker);
    }

    @AfterEach
    void closeCluster() {
        cluster.close();
        ticker.shutdownNow();
    }

    @Test
    void aFollowerShowsAtOnceWhatWasRegisteredThroughItAndAllNodesCountTheSamePositions() {
        RaftEngine follower = cluster.engine(cluster.follower());
        for (int i = 0; i < 50; i++) {
            Outcome.Applied applied = register(follower, "a" + i);
            assertThat(follower.view().service(ORDERS).find("a" + i)).isPresent();
            assertThat(follower.position().covers(applied.generation())).isTrue();
        }
        RaftEngine leader = cluster.engine(cluster.leader());
        assertThat(leader.changes(follower.position()).complete()).isTrue();
        await().atMost(EngineCluster.LIMIT)
                .until(() -> cluster.running().stream()
                        .allMatch(id -> cluster.engine(id).position().equals(leader.position())));
    }

    @Test
    void signsOfLifeAndSuspicionsReachTheLeaderThroughAFollower() {
        RaftEngine follower = cluster.engine(cluster.follower());
        Outcome.Applied applied = register(follower, "a");
        InstanceReference known = new InstanceReference("default", "orders", "a", applied.generation());
        InstanceReference unknown = new InstanceReference("default", "orders", "b", applied.generation());

        assertThat(join(follower.observe(List.of(known, unknown), "anonymous"))).containsExactly(unknown);
        assertThat(join(follower.observe(List.of(known), "another"))).containsExactly(known);
        assertThat(join(follower.agreeToSilence("default"))).isFalse();

        follower.suspect(List.of(known));
        await().atMost(EngineCluster.LIMIT)
                .until(() -> follower.view()
                        .service(ORDERS)
                        .find("a")
                        .filter(record -> record.status() == InstanceStatus.DOWN)
                        .isPresent());
    }

    @Test
    void theLossOfTheLeaderLosesNobodyAndANewOneTakesOver() {
        RaftEngine survivor = cluster.engine(cluster.follower());
        register(survivor, "a");
        SettingTarget target = SettingTarget.of(ORDERS);
        OperatorSetting setting = new OperatorSetting(true, null, "night");
        join(survivor.submit(List.of(new Command.Decide(target, setting))));
        cluster.stop(cluster.leader());

        register(survivor, "b");
        assertThat(survivor.view().service(ORDERS).instances()).hasSize(2);
        assertThat(survivor.view().settings()).containsExactly(new Setting(target, setting));
        assertThat(cluster.engine(cluster.leader()).hasAuthority()).isTrue();
    }

    @Test
    void withoutAMajorityANodeAnswersFromMemoryIsStaleAndRefusesCommands() {
        RaftEngine survivor = cluster.engine(cluster.follower());
        register(survivor, "a");
        await().atMost(EngineCluster.LIMIT).until(() -> !survivor.stale());
        List.copyOf(cluster.running()).stream()
                .filter(id -> cluster.engine(id) != survivor)
                .forEach(cluster::stop);

        await().atMost(EngineCluster.LIMIT).until(survivor::stale);
        assertThat(survivor.submit(List.of(command("b"))).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .withCauseInstanceOf(EngineUnavailableException.class);
        assertThat(survivor.hasAuthority()).isFalse();
        assertThat(survivor.view().service(ORDERS).instances()).hasSize(1);
    }

    @Test
    void aNodeThatComesBackHasWhatItMissed() {
        String lost = cluster.follower();
        register(cluster.engine(cluster.leader()), "a");
        cluster.stop(lost);
        register(cluster.engine(cluster.leader()), "b");
        cluster.start(lost);
        RaftEngine back = cluster.engine(lost);
        await().atMost(EngineCluster.LIMIT)
                .until(() ->
                        back.position().equals(cluster.engine(cluster.leader()).position()));
        assertThat(back.view().service(ORDERS).instances()).hasSize(2);
    }

    private static Outcome.Applied register(RaftEngine engine, String id) {
        return (Outcome.Applied) join(engine.submit(List.of(command(id)))).get(0);
    }

    private static Command command(String id) {
        Registration registration =
                Registration.of("process-" + id, "host-" + id, 8080).withStatus(InstanceStatus.UP);
        return new Command.Register(new InstanceKey(ORDERS, id), registration, "anonymous");
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    /** Everybody refuses connections. */
    private static Prober refusing() {
        return new Prober() {
            @Override
            public CompletionStage<Finding> connect(InstanceRecord instance) {
                return CompletableFuture.completedFuture(Finding.REFUSED);
            }

            @Override
            public CompletionStage<Finding> identify(InstanceRecord instance) {
                return CompletableFuture.completedFuture(Finding.REFUSED);
            }

            @Override
            public CompletionStage<CheckResult> check(InstanceRecord instance) {
                return CompletableFuture.completedFuture(CheckResult.skipped());
            }
        };
    }
}
