package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlowStartTest {
    private static final int PICKS = 30_000;
    private static final SlowStart TEN_SECONDS = new SlowStart(Duration.ofSeconds(10), 10);

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(17);

    @ParameterizedTest
    @CsvSource({"0, 0.1", "500, 0.1", "1000, 0.1", "2500, 0.25", "9999, 0.9999", "10000, 1", "100000, 1", "-5, 0.1"})
    void growsWithTheAge(long millis, double share) {
        assertThat(TEN_SECONDS.share(Duration.ofMillis(millis).toNanos())).isEqualTo(share, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round-robin",
                "weighted-round-robin",
                "random",
                "weighted-random",
                "power-of-two-choices",
                "least-in-flight-of-two",
                "least-in-flight",
                "consistent-hashing",
                "bounded-consistent-hashing",
                "maglev"
            })
    void whoJoinsBeginsWithLittleAndGetsItsShareInTheEnd(String strategy) {
        LoadBalancer balancer = balancer(strategy);
        balancer.update(TestTarget.all("a", "b"));
        balancer.update(TestTarget.all("a", "b", "new"));

        double atFirst = share(balancer);
        clock.advance(Duration.ofSeconds(5));
        double halfWay = share(balancer);
        clock.advance(Duration.ofSeconds(5));
        double afterwards = share(balancer);

        assertThat(atFirst).isBetween(0.02, 0.11);
        assertThat(halfWay).isBetween(0.13, 0.3);
        assertThat(afterwards).isBetween(0.25, 0.42);
        assertThat(balancer.snapshot().changesWithTime()).isFalse();
    }

    @Test
    void whoWasThereBeforeTheCallerIsNotNew() {
        LoadBalancer balancer = balancer("weighted-round-robin");
        balancer.update(TestTarget.all("a", "b", "new"));

        assertThat(share(balancer)).isBetween(0.33, 0.34);
    }

    @Test
    void aWholeNewFleetSharesEvenly() {
        LoadBalancer balancer = balancer("weighted-round-robin");
        balancer.update(List.of());
        balancer.update(TestTarget.all("a", "b", "new"));

        assertThat(share(balancer)).isBetween(0.33, 0.34);
    }

    @Test
    void aNewGenerationIsNew() {
        LoadBalancer balancer = balancer("weighted-round-robin");
        balancer.update(TestTarget.all("a", "b", "new"));
        List<TestTarget> restarted = new ArrayList<>(TestTarget.all("a", "b"));
        restarted.add(TestTarget.of("new").ofGeneration("1:9"));
        balancer.update(restarted);

        assertThat(share(balancer)).isBetween(0.04, 0.06);
    }

    @Test
    void whatItsStartTakesIsNotHeldAgainstIt() {
        LoadBalancer balancer = balancer("power-of-two-choices");
        balancer.update(TestTarget.all("a", "b"));
        balancer.update(TestTarget.all("a", "b", "new"));
        for (int i = 0; i < 20; i++) {
            answer(balancer, "a", 10);
            answer(balancer, "b", 10);
            answer(balancer, "new", 800);
        }
        clock.advance(Duration.ofSeconds(10));

        assertThat(share(balancer)).isBetween(0.25, 0.42);
    }

    @ParameterizedTest
    @CsvSource({"PT-1S, 10", "PT1H1S, 10", "PT1S, 0", "PT1S, 101"})
    void refusesWhatIsOutOfRange(Duration window, int percent) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SlowStart(window, percent))
                .withMessageMatching("slow-start\\.(window|min-percent) must be between .* but was .*");
    }

    private void answer(LoadBalancer balancer, String id, long millis) {
        Ticket ticket = balancer.start(Picks.named(balancer, id));
        clock.advance(Duration.ofMillis(millis));
        ticket.finish(Outcome.SUCCESS);
    }

    private LoadBalancer balancer(String strategy) {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.strategy(strategy, random), clock, random);
        balancer.configure(LoadBalancers.strategy(strategy, random), Options.NONE.withSlowStart(TEN_SECONDS));
        return balancer;
    }

    private static double share(LoadBalancer balancer) {
        return Picks.count(balancer, PICKS).getOrDefault("new", 0) / (double) PICKS;
    }
}
