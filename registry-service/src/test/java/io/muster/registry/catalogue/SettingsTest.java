package io.muster.registry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Instance;
import io.muster.api.InstancePatch;
import io.muster.api.InstanceStatus;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.catalogue.Outcome.Effect;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static final ServiceKey ORDERS = new ServiceKey("default", "orders");
    private static final OperatorSetting MAINTENANCE = new OperatorSetting(true, null, "disk swap");

    private final Catalogue catalogue = new Catalogue(7, 100_000);
    private final List<Change> changes = new ArrayList<>();

    @Test
    void maintenanceStandsOverEverythingAndWhatItStandsOverStaysVisible() {
        Position generation = register("a", "p1", 1);
        assertThat(decide(one("a"), MAINTENANCE)).isEqualTo(new Outcome.Settled(Effect.CREATED));
        assertThat(find("a").status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("a").reason()).isEqualTo("disk swap");
        assertThat(changes.get(1).source()).isEqualTo(Source.OPERATOR);
        assertThat(changes.get(1).reason()).isEqualTo("disk swap");
        assertThat(changes.get(1).before()).isEqualTo(InstanceStatus.UP);

        apply(new Command.ReportChecks(key("a"), generation, Checks.failing("silent")));
        apply(new Command.Patch(key("a"), generation, new InstancePatch(InstanceStatus.DRAINING, 7, null), "x"));

        assertThat(find("a").status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("a").toInstance().overridden())
                .isEqualTo(new Instance.Overridden(InstanceStatus.DOWN, "silent", 7));
        assertThat(apply(new Command.Withdraw(one("a")))).isEqualTo(new Outcome.Settled(Effect.REMOVED));
        assertThat(find("a").status()).isEqualTo(InstanceStatus.DOWN);
        assertThat(find("a").toInstance().overridden()).isNull();
        assertThat(apply(new Command.Withdraw(one("a")))).isEqualTo(new Outcome.NoSetting(one("a")));
    }

    @Test
    void theSameSettingAgainChangesNothing() {
        register("a", "p1", 1);
        decide(one("a"), MAINTENANCE);
        Position before = catalogue.position();

        assertThat(decide(one("a"), MAINTENANCE)).isEqualTo(new Outcome.Settled(Effect.UNCHANGED));
        assertThat(catalogue.position()).isEqualTo(before);
        assertThat(decide(one("a"), new OperatorSetting(true, null, "later")))
                .isEqualTo(new Outcome.Settled(Effect.CHANGED));
        assertThat(find("a").reason()).isEqualTo("later");
    }

    @Test
    void aSettingOutlivesTheInstanceAndMayComeBeforeIt() {
        Position first = register("a", "p1", 1);
        decide(one("a"), MAINTENANCE);
        apply(new Command.Deregister(key("a"), first, "x"));
        Position before = catalogue.position();
        assertThat(decide(one("to-come"), new OperatorSetting(false, 5, ""))).isInstanceOf(Outcome.Settled.class);
        assertThat(catalogue.position()).as("nobody is concerned").isEqualTo(before);

        register("a", "p2", 1);
        register("a", "p3", 2);
        register("to-come", "p4", 3);

        assertThat(find("a").status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("to-come").weight()).isEqualTo(5);
    }

    @Test
    void aServicesSettingIsOneStepForAllItsInstances() {
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            register("i" + i, "p", 1 + i);
        }
        decide(one("i7"), MAINTENANCE);
        changes.clear();
        long before = catalogue.position().index();
        decide(SettingTarget.of(ORDERS), new OperatorSetting(true, 50, "all of it"));

        assertThat(changes).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(changes.get(i).index()).isEqualTo(before + 1 + i);
        }
        assertThat(catalogue.service(ORDERS).index())
                .isEqualTo(catalogue.position().index());
        assertThat(catalogue.service(ORDERS).instances())
                .allMatch(record -> record.status() == InstanceStatus.MAINTENANCE && record.weight() == 50);
        assertThat(find("i7").reason()).as("the instance's own").isEqualTo("disk swap");
        assertThat(find("i8").reason()).isEqualTo("all of it");

        changes.clear();
        apply(new Command.Withdraw(SettingTarget.of(ORDERS)));
        assertThat(changes).hasSize(count);
        assertThat(find("i7").status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("i8").status()).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void aServicesSettingIsFoundByItsNameAndNamespaceAlone() {
        register("a", "p1", 1);
        InstanceKey elsewhere = new InstanceKey(new ServiceKey("staging", "orders"), "a");
        apply(new Command.Register(elsewhere, Registration.of("p9", "h", 1), "x"));
        decide(SettingTarget.of(elsewhere.service()), MAINTENANCE);

        assertThat(find("a").status()).isEqualTo(InstanceStatus.UP);
        assertThat(catalogue.find(elsewhere).orElseThrow().status()).isEqualTo(InstanceStatus.MAINTENANCE);
    }

    @ParameterizedTest
    @CsvSource({
        "   ,   , 100, UP",
        "   , 20,  20, UP",
        " 10,   ,  10, UP",
        " 10, 20,  10, UP",
        "  0, 20,   0, UP",
    })
    void theInstancesWeightStandsOverItsServices(
            @Nullable Integer instance, @Nullable Integer service, int effective, InstanceStatus status) {
        register("a", "p1", 1);
        if (instance != null) {
            decide(one("a"), new OperatorSetting(false, instance, ""));
        }
        if (service != null) {
            decide(SettingTarget.of(ORDERS), new OperatorSetting(false, service, ""));
        }
        assertThat(find("a").weight()).isEqualTo(effective);
        assertThat(find("a").toInstance().weight()).isEqualTo(effective);
        assertThat(find("a").status()).isEqualTo(status);
    }

    @Test
    void eitherSettingSufficesForMaintenance() {
        register("a", "p1", 1);
        decide(SettingTarget.of(ORDERS), MAINTENANCE);
        decide(one("a"), new OperatorSetting(false, null, "not this one"));

        assertThat(find("a").status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(find("a").reason()).isEqualTo("disk swap");
    }

    @Test
    void fullOfSettingsItRefusesNewOnesAndChangesOldOnes() {
        for (int i = 0; i < Catalogue.MAX_SETTINGS; i++) {
            assertThat(decide(one("i" + i), MAINTENANCE)).isInstanceOf(Outcome.Settled.class);
        }
        assertThat(decide(one("more"), MAINTENANCE)).isEqualTo(new Outcome.TooManySettings(Catalogue.MAX_SETTINGS));
        assertThat(decide(one("i3"), new OperatorSetting(false, 3, ""))).isEqualTo(new Outcome.Settled(Effect.CHANGED));
        apply(new Command.Withdraw(one("i4")));
        assertThat(decide(one("more"), MAINTENANCE)).isEqualTo(new Outcome.Settled(Effect.CREATED));
        assertThat(catalogue.settings()).hasSize(Catalogue.MAX_SETTINGS);
        register("more", "p", 1);
        assertThat(find("more").status()).isEqualTo(InstanceStatus.MAINTENANCE);
    }

    @Test
    void maintenanceOfAServiceAsLargeAsMayBeStaysBelowWhatItsClientsTake() {
        for (int i = 0; ; i++) {
            Outcome outcome = apply(new Command.Register(
                    key("i" + i), Registration.of("p", "10.0." + i / 250 + "." + i % 250, 1), "x"));
            if (outcome instanceof Outcome.ServiceFull) {
                break;
            }
        }
        decide(SettingTarget.of(ORDERS), new OperatorSetting(true, 10_000, "x".repeat(128)));
        long bytes = 0;
        for (InstanceRecord record : catalogue.service(ORDERS).instances()) {
            bytes += 1 + io.muster.api.JsonCodec.server().encode(record.toInstance()).length;
        }

        assertThat(bytes).isLessThan(32L * 1024 * 1024);
    }

    private Outcome decide(SettingTarget target, OperatorSetting setting) {
        return apply(new Command.Decide(target, setting));
    }

    private Position register(String id, String process, int port) {
        Registration registration = Registration.of(process, "h", port).withStatus(InstanceStatus.UP);
        return ((Applied) apply(new Command.Register(key(id), registration, "x"))).generation();
    }

    private Outcome apply(Command command) {
        return catalogue.apply(command, changes);
    }

    private InstanceRecord find(String id) {
        return catalogue.find(key(id)).orElseThrow();
    }

    private static SettingTarget one(String id) {
        return SettingTarget.of(key(id));
    }

    private static InstanceKey key(String id) {
        return new InstanceKey(ORDERS, id);
    }
}
