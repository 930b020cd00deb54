package io.muster.registry.engine.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.OperatorSetting;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import io.muster.registry.engine.SettingsNotKeptException;
import io.muster.registry.engine.VirtualScheduler;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.HealthConfig;
import io.muster.registry.health.Prober;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory goes away and comes back while operators change their minds. */
class SettingsRetryTest {
    private static final SettingTarget TARGET = SettingTarget.of(new ServiceKey("default", "orders"));
    private static final OperatorSetting MAINTENANCE = new OperatorSetting(true, null, "disk swap");

    @TempDir
    Path home;

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final AtomicInteger writes = new AtomicInteger();
    private StandaloneEngine engine;

    @BeforeEach
    void startInMaintenance() throws IOException {
        engine = engine();
        engine.start();
        submit(new Command.Decide(TARGET, MAINTENANCE));
        Files.move(folder(), home.resolve("away"));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aWithdrawalThatCouldNotBeStoredIsStoredByTheSameCallAgain() throws IOException {
        assertNotKept(new Command.Withdraw(TARGET));
        assertNotKept(new Command.Withdraw(TARGET));
        comeBack();
        assertThat(submit(new Command.Withdraw(TARGET))).isInstanceOf(Outcome.NoSetting.class);

        assertThat(afterARestart()).isEmpty();
    }

    @Test
    void aDecisionThatCouldNotBeStoredIsStoredByTheSameCallAgain() throws IOException {
        OperatorSetting light = new OperatorSetting(false, 1, "");
        assertNotKept(new Command.Decide(TARGET, light));
        assertNotKept(new Command.Decide(TARGET, light));
        comeBack();
        assertThat(submit(new Command.Decide(TARGET, light))).isEqualTo(new Outcome.Settled(Outcome.Effect.UNCHANGED));

        assertThat(afterARestart()).containsExactly(new Setting(TARGET, light));
    }

    @Test
    void itIsTriedAgainEachFewSecondsWithoutAnyCall() throws IOException {
        assertNotKept(new Command.Withdraw(TARGET));
        int before = writes.get();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(writes.get() - before).isBetween(9, 12);
        comeBack();
        scheduler.advance(Duration.ofSeconds(6));
        int stored = writes.get();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(writes).as("there is nothing to write").hasValue(stored);

        assertThat(afterARestart()).isEmpty();
    }

    private void comeBack() throws IOException {
        Files.move(home.resolve("away"), folder());
    }

    private List<Setting> afterARestart() {
        engine.close();
        engine = engine();
        engine.start();
        return engine.settings();
    }

    private void assertNotKept(Command command) {
        assertThatThrownBy(() -> submit(command)).hasCauseInstanceOf(SettingsNotKeptException.class);
    }

    private Outcome submit(Command command) {
        return engine.submit(List.of(command))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .get(0);
    }

    private Path folder() {
        return home.resolve("registry");
    }

    private StandaloneEngine engine() {
        HealthConfig health = new HealthConfig(
                TimeUnit.SECONDS.toNanos(15), TimeUnit.MINUTES.toNanos(10), TimeUnit.MINUTES.toNanos(10));
        SettingsStore store = new SettingsStore(folder(), task -> {
            writes.incrementAndGet();
            task.run();
        });
        return new StandaloneEngine(
                new StandaloneConfig(health, 100, 100),
                5,
                new Nowhere(),
                store,
                scheduler::nanos,
                () -> Instant.EPOCH,
                scheduler);
    }

    private static final class Nowhere implements Prober {
        @Override
        public CompletionStage<Finding> connect(InstanceRecord instance) {
            return CompletableFuture.completedFuture(Finding.SILENT);
        }

        @Override
        public CompletionStage<Finding> identify(InstanceRecord instance) {
            return CompletableFuture.completedFuture(Finding.SILENT);
        }

        @Override
        public CompletionStage<CheckResult> check(InstanceRecord instance) {
            return CompletableFuture.completedFuture(CheckResult.passed());
        }
    }
}
