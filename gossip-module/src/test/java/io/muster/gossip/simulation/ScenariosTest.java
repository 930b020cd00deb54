package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.simulation.Scenarios.Scenario;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenariosTest {
    static List<Scenario> scenarios() {
        return Scenarios.all();
    }

    static List<Scenario> guarded() {
        return Scenarios.all().stream()
                .filter(scenario -> !scenario.rule().isEmpty())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void holds(Scenario scenario) {
        scenario.run().accept(SwimConfig.lan());
    }

    /** The tests tested: without its guard each scenario must fail. */
    @ParameterizedTest
    @MethodSource("guarded")
    void failsWithoutItsGuard(Scenario scenario) {
        Throwable failure =
                catchThrowable(() -> scenario.run().accept(Internals.without(SwimConfig.lan(), scenario.rule())));
        System.out.printf(
                "without %-24s %-3s %s%n",
                scenario.rule(), scenario.property(), failure == null ? "HOLDS STILL" : "fails: " + scenario.what());
        assertThat(failure).isInstanceOf(AssertionError.class);
    }

    @Test
    void eachGuardHasAScenario() {
        assertThat(guarded().stream().map(Scenario::rule).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(Internals.rules());
    }
}
