package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class LoadBalancersTest {
    @Test
    void knowsItsStrategiesByName() {
        assertThat(LoadBalancers.strategyNames())
                .containsExactly(
                        "bounded-consistent-hashing",
                        "consistent-hashing",
                        "least-in-flight",
                        "least-in-flight-of-two",
                        "maglev",
                        "power-of-two-choices",
                        "random",
                        "round-robin",
                        "weighted-random",
                        "weighted-round-robin");
        assertThat(LoadBalancers.strategy("round-robin")).isInstanceOf(RoundRobin.class);
        assertThat(LoadBalancers.strategy("power-of-two-choices")).isInstanceOf(PowerOfChoices.class);
    }

    @Test
    void namesTheKnownStrategiesWhenOneIsUnknown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancers.strategy("fastest"))
                .withMessage("strategy must be one of bounded-consistent-hashing, consistent-hashing, least-in-flight,"
                        + " least-in-flight-of-two, maglev, power-of-two-choices, random, round-robin, weighted-random,"
                        + " weighted-round-robin but was fastest");
    }

    @Test
    void balancesOnTheSystemsClockAndRandomness() {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices());
        balancer.update(TestTarget.all("a", "b", "c"));
        for (int i = 0; i < 1_000; i++) {
            assertThat(balancer.start(Picks.any(balancer)).finish(Outcome.SUCCESS))
                    .isTrue();
        }

        assertThat(balancer.snapshot().endpoints())
                .extracting(endpoint -> endpoint.statistics().latencyNanos())
                .allSatisfy(latency -> assertThat(latency).isPositive());
    }
}
