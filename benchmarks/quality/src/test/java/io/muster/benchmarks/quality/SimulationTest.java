package io.muster.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.muster.lb.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulator gives what queueing theory says, and always the same. */
class SimulationTest {
    @ParameterizedTest(name = "load {0}")
    @CsvSource({"0.3, 1.43", "0.5, 2", "0.7, 3.33"})
    void oneServerIsAnMm1Queue(double load, double mean) {
        Result result = Simulation.run(Scenario.of("", Scenario.equal(1), 1, load, 200_000), Policies.RANDOM, 1);

        assertThat(result.mean()).isCloseTo(mean, within(0.08 * mean));
        assertThat(result.median()).isCloseTo(mean * Math.log(2), within(0.08 * mean));
        assertThat(result.imbalance()).isEqualTo(1);
        assertThat(result.diverges()).isFalse();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void theIdealIsTheShortestOfAllQueues(long seed) {
        Result result = Simulation.run(tenEqual(), References.IDEAL, seed);

        assertThat(result.mean()).isBetween(1.28, 1.45);
        assertThat(result.p99()).isBetween(5.3, 6.8);
    }

    @Test
    void aSeedGivesTheSameAgain() {
        assertThat(Simulation.run(tenEqual(), Policies.REPORTED, 7))
                .isEqualTo(Simulation.run(tenEqual(), Policies.REPORTED, 7))
                .isNotEqualTo(Simulation.run(tenEqual(), Policies.REPORTED, 8));
    }

    @Test
    void anOverloadedServerIsToldOf() {
        Scenario slow = Scenario.of("", Scenario.oneAmong(Server.USUAL.slower(10), 10), 20, 0.7, 20_000);

        assertThat(Simulation.run(slow, Policies.ROUND_ROBIN, 1).diverges()).isTrue();
        assertThat(Simulation.run(slow, References.IDEAL, 1).diverges()).isFalse();
    }

    @Test
    void theWayThereAndBackAddsToLatency() {
        Scenario idle = Scenario.of("", Scenario.equal(10), 1, 0.01, 20_000);
        double near = Simulation.run(idle, References.IDEAL, 1).mean();

        double far = Simulation.run(idle.delayed(Scenario.SERVICE_NANOS), References.IDEAL, 1)
                .mean();

        assertThat(far - near).isCloseTo(2, within(0.05));
    }

    @Test
    void whoJoinsIsColdAndWhoLeftGetsNothing() {
        Server leaving = Server.USUAL.leaving(1);
        Server joining = Server.USUAL.joining(1, 0.5);

        assertThat(joining.slownessAt(1.4)).isEqualTo(Server.COLD);
        assertThat(joining.slownessAt(1.5)).isEqualTo(1);
        assertThat(leaving.isThereAt(0.99)).isTrue();
        assertThat(leaving.isThereAt(1)).isFalse();
        assertThat(joining.isThereAt(0.99)).isFalse();
        assertThat(joining.isThereAt(1)).isTrue();
    }

    @Test
    void whatABusyServerDeclinesIsServedByAnother() {
        Result patient = Simulation.run(tenEqual(), Policies.REPORTED, 1);
        Result declinable = Simulation.run(tenEqual(), Policies.DECLINABLE, 1);

        assertThat(patient.declinedShare()).isZero();
        assertThat(declinable.declinedShare()).isBetween(0.1, 0.25);
        assertThat(declinable.mean()).isLessThan(0.93 * patient.mean());
        assertThat(declinable.imbalance()).isLessThan(1.1);
    }

    @Test
    void aDeclinedRequestGoesThereAndBackOnceMore() {
        Scenario idle = Scenario.of("", Scenario.equal(2), 1, 0.01, 20_000);
        Policy declined = new Policy("declined once", (scenario, clock, random, underWay) -> new DeclinedOnce());
        double near = Simulation.run(idle, declined, 1).mean();

        Result far = Simulation.run(idle.delayed(Scenario.SERVICE_NANOS), declined, 1);

        assertThat(far.mean() - near).isCloseTo(4, within(0.05));
        assertThat(far.declinedShare()).isEqualTo(1);
        assertThat(far.lastShare()).as("who took them").isEqualTo(1);
    }

    /** The first server declines everything, the second serves it. */
    private static final class DeclinedOnce implements Dispatcher {
        @Override
        public Call send(int client, long key) {
            return new ToServer(0);
        }

        @Override
        public void update(List<Integer> present) {}

        private record ToServer(int server) implements Call {
            @Override
            public boolean isWelcome(int underWay) {
                return server == 1;
            }

            @Override
            public Call resend(int underWay) {
                return new ToServer(1);
            }

            @Override
            public void end(Outcome outcome, int underWay) {}
        }
    }

    private static Scenario tenEqual() {
        return Scenario.of("", Scenario.equal(10), 20, 0.8, 60_000);
    }
}
