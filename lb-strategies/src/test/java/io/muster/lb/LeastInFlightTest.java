package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeastInFlightTest {
    private final SplittableRandom random = new SplittableRandom(31);
    private final LoadBalancer balancer = LoadBalancers.loadBalancer(
            LoadBalancers.strategy(LoadBalancers.LEAST_IN_FLIGHT, random), new ManualClock(), random);

    @Test
    void anIdleCallerSharesByWeight() {
        balancer.update(List.of(
                TestTarget.of("heavy").weighing(100), TestTarget.of("light").weighing(50)));

        Map<String, Integer> counts = Picks.count(balancer, 30_000);

        assertThat(counts.get("light")).isBetween(9_500, 10_500);
    }

    @Test
    void dividesRequestsInFlightByWeight() {
        balancer.update(List.of(
                TestTarget.of("heavy").weighing(300), TestTarget.of("light").weighing(100)));
        for (int i = 0; i < 400; i++) {
            balancer.start(Picks.any(balancer));
        }

        assertThat(Picks.named(balancer, "heavy").inFlight()).isBetween(298, 302);
    }

    @Test
    void anEndpointThatFailsAtOnceDrawsNoCrowd() {
        balancer.update(TestTarget.many(10));
        for (int i = 0; i < 5; i++) {
            balancer.start(Picks.named(balancer, "000000")).finish(Outcome.SERVER_ERROR);
        }

        assertThat(Picks.count(balancer, 10_000).getOrDefault("000000", 0)).isLessThan(100);
    }
}
