package io.muster.registry.engine.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.registry.engine.Engine;
import io.muster.registry.engine.EngineContract;
import io.muster.registry.engine.VirtualScheduler;
import io.muster.registry.health.HealthConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StandaloneEngineTest extends EngineContract {
    private final VirtualScheduler scheduler = new VirtualScheduler();

    @Override
    protected Engine create() {
        HealthConfig health = new HealthConfig(TTL.toNanos(), REMOVE_AFTER.toNanos(), SILENCE_HOLD.toNanos());
        StandaloneConfig config = new StandaloneConfig(health, 10_000, REMEMBERED_CHANGES);
        return new StandaloneEngine(
                config, 5, prober(), new SettingsStore(null, Runnable::run), scheduler::nanos, () -> WHEN, scheduler);
    }

    @Override
    protected void pass(Duration time) {
        scheduler.advance(time);
    }

    @Test
    void itAlwaysHasTheAuthorityAndIsNeverStale() {
        Engine engine = create();

        assertThat(engine.hasAuthority()).isTrue();
        assertThat(engine.view().stale()).isFalse();
    }
}
