package io.muster.gossip.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.simulation.Conditions;
import io.muster.gossip.simulation.Experiments;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {
    private static final Percentage A_FIFTH = Percentage.withPercentage(20);
    private static final SwimConfig LAN = SwimConfig.lan();
    private static final SwimConfig FAST = LAN.withPeriod(Duration.ofMillis(500));

    /** Nothing was fitted to these: sizes, losses, round trips and profiles that no formula was built on. */
    static Stream<Arguments> configurations() {
        return Stream.of(
                Arguments.of("LAN, 16", LAN, 16, 0.0, 2),
                Arguments.of("LAN, 100, 5 %", LAN, 100, 0.05, 6),
                Arguments.of("LAN, 220, 30 %", LAN, 220, 0.3, 8),
                Arguments.of("fast, 400, 15 %", FAST, 400, 0.15, 10),
                Arguments.of("WAN, 60, 10 %, far", SwimConfig.edge(), 60, 0.1, 120),
                Arguments.of(
                        "fanout 2 each 100 ms, 150, 20 %",
                        LAN.withSpreading(new SwimConfig.Spreading(Duration.ofMillis(100), 2, 4, 4, 1200)),
                        150,
                        0.2,
                        20));
    }

    private static Experiments experiments(SwimConfig config, int members, double loss, int roundTripMillis) {
        Duration way = Duration.ofMillis(roundTripMillis).dividedBy(2);
        return new Experiments(
                config,
                members,
                Conditions.GOOD
                        .withLatency(way.dividedBy(2), way.multipliedBy(3).dividedBy(2))
                        .withLoss(loss));
    }

    private static Plan plan(SwimConfig config, int members, double loss, int roundTripMillis) {
        return Planner.plan(config, new Fleet(members, loss, Duration.ofMillis(roundTripMillis)));
    }

    private static void compare(String name, String figure, double planned, double simulated) {
        System.out.printf(
                "%-32s %-18s planned %9.3f  simulated %9.3f  %+6.1f %%%n",
                name, figure, planned, simulated, 100 * (planned / simulated - 1));
        assertThat(planned).as("%s: %s", name, figure).isCloseTo(simulated, A_FIFTH);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void saysHowLongACrashTakesToBeKnown(String name, SwimConfig config, int members, double loss, int roundTrip) {
        Plan.Detection planned = plan(config, members, loss, roundTrip).detection();
        Experiments.Crashes simulated =
                experiments(config, members, loss, roundTrip).crashes(100);
        compare(name, "first suspect, s", seconds(planned.firstSuspect()), simulated.firstSuspect());
        compare(name, "first dead, s", seconds(planned.firstDead()), simulated.firstDead());
        compare(name, "all know, s", seconds(planned.allKnow()), simulated.allKnow());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void saysHowLongAnUpdateTakesToReachAll(String name, SwimConfig config, int members, double loss, int roundTrip) {
        Plan.Update planned = plan(config, members, loss, roundTrip).update();
        double[] simulated = experiments(config, members, loss, roundTrip).updates(100);
        compare(
                name,
                "update, s",
                seconds(planned.mean()),
                Arrays.stream(simulated).average().orElseThrow());
        assertThat(Arrays.stream(simulated)
                        .filter(took -> took <= seconds(planned.late()) * 1.2)
                        .count())
                .as("%s: as fast as all but one in a hundred are", name)
                .isGreaterThanOrEqualTo(95);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void saysWhatMembersSend(String name, SwimConfig config, int members, double loss, int roundTrip) {
        Plan.Load planned = plan(config, members, loss, roundTrip).load();
        Experiments.Load simulated =
                experiments(config, members, loss, roundTrip).load(Duration.ofMinutes(3));
        compare(name, "datagrams/s", planned.datagrams(), simulated.datagrams());
        compare(name, "streams/s", planned.streams(), simulated.streams());
        compare(name, "bytes/s", planned.bytes(), simulated.bytes());
    }

    @ParameterizedTest
    @CsvSource({"120, 0.15", "80, 0.2"})
    void saysHowOftenHealthyMembersAreSuspected(int members, double loss) {
        double planned = plan(LAN, members, loss, 6).accuracy().falseSuspicions();
        double simulated = experiments(LAN, members, loss, 6).falseSuspicions(Duration.ofMinutes(2));
        compare("LAN, " + members + ", " + loss, "false suspicions/min", planned, simulated);
    }

    @Test
    void expectsNoFalseSuspicionWithoutLoss() {
        assertThat(plan(LAN, 250, 0, 6).accuracy().falseSuspicions()).isZero();
    }

    @Test
    void refusesWhatItCannotPlan() {
        assertThatThrownBy(() -> new Fleet(2, 0, Duration.ofMillis(1)))
                .hasMessageContaining("members must be 3 to 16384");
        assertThatThrownBy(() -> new Fleet(250, 0.6, Duration.ofMillis(1)))
                .hasMessageContaining("loss must be 0 to 0.5 but was 0.6");
        assertThatThrownBy(() -> new Fleet(250, Double.NaN, Duration.ofMillis(1)))
                .hasMessageContaining("loss must be");
        assertThatThrownBy(() -> new Fleet(250, 0, Duration.ZERO)).hasMessageContaining("roundTrip must be above 0");
        assertThatThrownBy(() -> plan(LAN, 250, 0, 300))
                .hasMessageContaining("roundTrip must be below the direct timeout");
    }
}
