package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who goes by no latency reads no clock. */
class UntimedTest {
    private final AtomicLong readings = new AtomicLong();
    private final SplittableRandom random = new SplittableRandom(5);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round-robin",
                "weighted-round-robin",
                "random",
                "weighted-random",
                "least-in-flight-of-two",
                "least-in-flight",
                "consistent-hashing",
                "bounded-consistent-hashing",
                "maglev"
            })
    void readsNoClockWhereNothingGoesByIt(String strategy) {
        LoadBalancer balancer = balancer(strategy, Options.NONE);
        call(balancer, 100);

        assertThat(readings).hasValue(0);
        assertThat(balancer.snapshot().endpoints()).allSatisfy(endpoint -> {
            assertThat(endpoint.inFlight()).isZero();
            assertThat(endpoint.statistics().latencyNanos()).isZero();
        });
        assertThat(balancer.snapshot().endpoints().stream()
                        .mapToLong(endpoint -> endpoint.statistics().successes())
                        .sum())
                .isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "least-in-flight-of-two", "maglev"})
    void measuresLatencyForWhoeverWantsToSeeIt(String strategy) {
        LoadBalancer balancer = balancer(strategy, Options.NONE.withMeasureLatency(true));
        call(balancer, 100);

        assertThat(balancer.snapshot().endpoints())
                .anySatisfy(endpoint ->
                        assertThat(endpoint.statistics().latencyNanos()).isPositive());
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "power-of-two-choices"})
    void aRequestThatWasStartedBeforeAChangeEndsAsItBegan(String strategy) {
        LoadBalancer balancer = balancer("random", Options.NONE);
        Ticket untimed = balancer.start(Picks.any(balancer));
        balancer.configure(LoadBalancers.strategy(strategy, random), Options.NONE.withOutliers(OutlierDetection.ON));
        Ticket timed = balancer.start(untimed.endpoint());
        untimed.responseStarted();
        untimed.reported(5);
        untimed.finish(Outcome.SUCCESS);
        balancer.configure(LoadBalancers.strategy("random", random), Options.NONE);
        timed.finish(Outcome.SUCCESS);

        assertThat(untimed.endpoint().inFlight()).isZero();
        assertThat(untimed.endpoint().statistics().successes()).isEqualTo(2);
        assertThat(untimed.endpoint().isReporting()).isFalse();
    }

    private LoadBalancer balancer(String strategy, Options options) {
        Strategy made = LoadBalancers.strategy(strategy, random);
        LoadBalancer balancer = LoadBalancers.loadBalancer(made, () -> 1_000 * readings.incrementAndGet(), random);
        balancer.update(TestTarget.many(5));
        balancer.configure(made, options);
        readings.set(0);
        return balancer;
    }

    private static void call(LoadBalancer balancer, int calls) {
        for (int i = 0; i < calls; i++) {
            Endpoint endpoint = Picks.some(balancer.pick(i, Exclusions.none()));
            assertThat(balancer.start(endpoint).finish(Outcome.SUCCESS)).isTrue();
        }
    }
}
