package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadBalancerTest {
    private static final long SEED = 3;

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final LoadBalancer balancer =
            LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices(random), clock, random);

    @Test
    void picksNobodyBeforeTheFirstUpdate() {
        assertThat(balancer.pick(0, Exclusions.none())).isNull();
        assertThat(balancer.snapshot().version()).isZero();
        assertThat(balancer.snapshot().endpoints()).isEmpty();
    }

    @Test
    void keepsEndpointsSortedById() {
        balancer.update(TestTarget.all("c", "a", "b"));

        assertThat(balancer.snapshot().endpoints())
                .extracting(endpoint -> endpoint.target().id())
                .containsExactly("a", "b", "c");
    }

    @Test
    void keepsIdentityAndStatisticsWhileIdAndGenerationStay() {
        balancer.update(TestTarget.all("a", "b"));
        Endpoint a = named("a");
        balancer.start(a);
        balancer.start(a).finish(Outcome.SUCCESS);

        balancer.update(List.of(TestTarget.of("c"), TestTarget.of("a").weighing(7)));

        assertThat(named("a")).isSameAs(a);
        assertThat(a.target().weight()).isEqualTo(7);
        assertThat(a.inFlight()).isOne();
        assertThat(a.statistics().successes()).isOne();
    }

    @Test
    void startsAfreshWithANewGeneration() {
        balancer.update(TestTarget.all("a"));
        Endpoint old = named("a");
        Ticket ticket = balancer.start(old);

        balancer.update(List.of(TestTarget.of("a").ofGeneration("1:2")));
        ticket.finish(Outcome.REFUSED);

        assertThat(named("a")).isNotSameAs(old);
        assertThat(named("a").statistics()).isEqualTo(new EndpointStatistics(0, 0, 1, 0, 0, 0, false, -1, 0));
        assertThat(old.inFlight()).isZero();
    }

    @Test
    void countsRequestsInFlightOnOneThatLeftAndCameBack() {
        balancer.update(TestTarget.all("a", "b"));
        Endpoint a = named("a");
        Ticket ticket = balancer.start(a);
        balancer.update(TestTarget.all("b"));
        balancer.update(TestTarget.all("b", "c"));
        balancer.update(TestTarget.all("a", "b"));

        assertThat(named("a")).isSameAs(a);
        ticket.finish(Outcome.SUCCESS);
        assertThat(a.inFlight()).isZero();
    }

    @Test
    void doesNothingWhenNothingChanged() {
        balancer.update(TestTarget.all("a", "b"));
        Snapshot before = balancer.snapshot();

        balancer.update(TestTarget.all("b", "a"));

        assertThat(balancer.snapshot()).isSameAs(before);
    }

    @Test
    void growsItsVersionWithEveryChange() {
        balancer.update(TestTarget.all("a"));
        long first = balancer.snapshot().version();
        balancer.update(List.of(TestTarget.of("a").weighing(1)));

        assertThat(balancer.snapshot().version()).isGreaterThan(first);
    }

    @Test
    void weightZeroTakesNothing() {
        balancer.update(List.of(TestTarget.of("a").weighing(0), TestTarget.of("b")));

        assertThat(Picks.count(balancer, 1_000)).containsOnlyKeys("b");
        assertThat(balancer.snapshot().endpoints()).hasSize(2);

        balancer.update(List.of(TestTarget.of("a").weighing(0)));

        assertThat(balancer.pick(0, Exclusions.none())).isNull();
    }

    @Test
    void weightZeroTakesNothingEvenWhenAllOthersAreOut() {
        balancer.update(List.of(TestTarget.of("a").weighing(0), TestTarget.of("b")));
        balancer.start(named("b")).finish(Outcome.REFUSED);

        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("b");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 10_001})
    void refusesAWeightOutOfRangeAndChangesNothing(int weight) {
        balancer.update(TestTarget.all("a"));
        Snapshot before = balancer.snapshot();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> balancer.update(List.of(TestTarget.of("b").weighing(weight))))
                .withMessage("weight of b must be between 0 and 10000 but was " + weight);
        assertThat(balancer.snapshot()).isSameAs(before);
    }

    @Test
    void refusesTwoTargetsOfOneId() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> balancer.update(TestTarget.all("a", "b", "a")))
                .withMessage("id must be unique among the targets but was a twice");
    }

    @Test
    void passesTheRequestsKeyToAStrategyOfTheUsersOwn() {
        Strategy byKey = endpoints -> (key, tried) -> endpoints.get((int) Math.floorMod(key, (long) endpoints.size()));
        LoadBalancer keyed = LoadBalancers.loadBalancer(byKey, clock, random);
        keyed.update(TestTarget.all("a", "b", "c"));

        assertThat(keyed.pick(4, Exclusions.none())).isSameAs(Picks.named(keyed, "b"));
    }

    @Test
    void hasStatisticsOfEveryOutcome() {
        balancer.update(TestTarget.all("a"));
        List<Outcome> ends = new ArrayList<>(List.of(Outcome.values()));
        ends.remove(Outcome.REFUSED);
        ends.forEach(end -> balancer.start(named("a")).finish(end));

        EndpointStatistics statistics = named("a").statistics();

        assertThat(statistics.successes()).isOne();
        assertThat(statistics.failures()).isEqualTo(3);
        assertThat(statistics.cancellations()).as("given up, and declined").isEqualTo(2);
        assertThat(statistics.inFlight()).isZero();
        assertThat(statistics.ejected()).isFalse();
    }

    private Endpoint named(String id) {
        return Picks.named(balancer, id);
    }
}
