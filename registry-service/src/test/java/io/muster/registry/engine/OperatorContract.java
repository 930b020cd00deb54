package io.muster.registry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.muster.api.InstanceStatus;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.ServiceHistory.Entry;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.Outcome;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every engine makes of operators' settings. */
abstract class OperatorContract extends CheckContract {
    @Test
    void operatorsSettingsStandOverWhatIsSaidAndOutliveTheInstance() {
        Position generation = generation("a");
        SettingTarget target = SettingTarget.of(key("a"));
        OperatorSetting setting = new OperatorSetting(true, 5, "disk swap");
        assertThat(await(engine.submit(
                        List.of(new Command.Decide(target, setting), new Command.Decide(target, setting)))))
                .containsExactly(
                        new Outcome.Settled(Outcome.Effect.CREATED), new Outcome.Settled(Outcome.Effect.UNCHANGED));
        assertThat(status("a")).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(engine.view().settings()).containsExactly(new Setting(target, setting));

        await(engine.submit(List.of(new Command.Deregister(key("a"), generation, "anonymous"))));
        generation("a");
        assertThat(status("a")).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("a").weight()).isEqualTo(5);
        await(engine.submit(List.of(new Command.Withdraw(target))));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
        assertThat(engine.view().settings()).isEmpty();
        assertThat(engine.view().history(ORDERS))
                .filteredOn(entry -> entry.source().equals("OPERATOR"))
                .extracting(Entry::to, Entry::reason)
                .containsExactly(
                        tuple(InstanceStatus.UP, "setting withdrawn"), tuple(InstanceStatus.MAINTENANCE, "disk swap"));
    }

    @Test
    void oneInMaintenanceDiesAndComesBackUnderneath() {
        Position generation = generation("a");
        await(engine.submit(
                List.of(new Command.Decide(SettingTarget.of(ORDERS), new OperatorSetting(true, null, "all")))));
        pass(TTL.plusSeconds(3));
        assertThat(status("a")).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("a").checks().passing()).isFalse();
        observe("a", generation);
        assertThat(find("a").checks().passing()).isTrue();

        pass(TTL.plusSeconds(3));
        pass(REMOVE_AFTER);
        assertThat(engine.view().size())
                .as("maintenance keeps nobody registered")
                .isZero();
    }
}
