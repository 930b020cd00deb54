package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedHashRingTest {
    private static final int REQUESTS = 10_000;

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(11);

    @ParameterizedTest
    @ValueSource(doubles = {1.05, 1.1, 1.25, 2})
    void nobodyEverHasMoreThanItsBoundWhateverTheKeys(double factor) {
        LoadBalancer balancer = balancer(factor, TestTarget.many(100));
        for (int i = 1; i <= REQUESTS; i++) {
            // Every third request is for the one popular key.
            long key = i % 3 == 0 ? 1 : i;
            balancer.start(Picks.some(balancer.pick(key, Exclusions.none())));
            int bound = (int) Math.ceil(factor * i / 100);
            assertThat(most(balancer)).as("after %s", i).isLessThanOrEqualTo(bound);
        }

        assertThat(most(balancer)).isEqualTo((int) Math.ceil(factor * REQUESTS / 100));
    }

    @Test
    void aKeyStaysWithItsOwnerWhileThereIsRoom() {
        LoadBalancer bounded = balancer(1.25, TestTarget.many(20));
        LoadBalancer plain = LoadBalancers.loadBalancer(LoadBalancers.strategy("consistent-hashing"), clock, random);
        plain.update(TestTarget.many(20));

        for (int key = 0; key < 1_000; key++) {
            Ticket ticket = bounded.start(Picks.some(bounded.pick(key, Exclusions.none())));
            assertThat(ticket.endpoint().target().id())
                    .isEqualTo(Picks.some(plain.pick(key, Exclusions.none()))
                            .target()
                            .id());
            ticket.finish(Outcome.SUCCESS);
        }
    }

    @Test
    void boundsByWeight() {
        List<TestTarget> targets = new ArrayList<>(TestTarget.many(10));
        targets.set(0, targets.get(0).weighing(1_000));
        LoadBalancer balancer = balancer(1.5, targets);
        for (int i = 0; i < 1_900; i++) {
            balancer.start(Picks.some(balancer.pick(i, Exclusions.none())));
        }

        assertThat(Picks.named(balancer, "000000").inFlight()).isBetween(800, 1_500);
        assertThat(Picks.named(balancer, "000001").inFlight()).isBetween(20, 150);
    }

    @Test
    void endedRequestsLeaveRoom() {
        LoadBalancer balancer = balancer(1.25, TestTarget.all("a", "b"));
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            tickets.add(balancer.start(Picks.some(balancer.pick(1, Exclusions.none()))));
        }
        assertThat(most(balancer)).isEqualTo(63);
        tickets.forEach(ticket -> ticket.finish(Outcome.CANCELLED));
        tickets.forEach(ticket -> ticket.finish(Outcome.SUCCESS));

        Endpoint owner = Picks.some(balancer.pick(1, Exclusions.none()));
        assertThat(tickets.get(0).endpoint()).isSameAs(owner);
        assertThat(owner.inFlight()).isZero();
    }

    @Test
    void countsOnlyWhatItStartedAfterAChangeOfStrategy() {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), clock, random);
        balancer.update(TestTarget.all("a", "b"));
        Ticket before = balancer.start(Picks.any(balancer));
        balancer.configure(LoadBalancers.boundedConsistentHashing(1.25), Options.NONE);
        Ticket after = balancer.start(Picks.any(balancer));
        before.finish(Outcome.SUCCESS);
        assertThat(after.endpoint().group().inFlight()).isOne();

        balancer.configure(LoadBalancers.roundRobin(random), Options.NONE);
        after.finish(Outcome.SUCCESS);
        assertThat(after.endpoint().group().inFlight()).isZero();
    }

    @Test
    void requestsFromBeforeAChangeOfStrategyTakeNoRoom() {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), clock, random);
        balancer.update(TestTarget.many(10));
        for (int i = 0; i < 50; i++) {
            balancer.start(Picks.any(balancer));
        }
        balancer.configure(LoadBalancers.boundedConsistentHashing(1.25), Options.NONE);

        assertThat(Picks.count(balancer, 200)).as("keys go to their owners").hasSize(10);
        startAll(balancer, 100);
        assertThat(most(balancer) - 5).isLessThanOrEqualTo(13);
    }

    @Test
    void boundsAlsoInsideAnotherStrategy() {
        Strategy bounded = LoadBalancers.boundedConsistentHashing(1.25);
        List<Picker> built = new ArrayList<>();
        Strategy outer = endpoints -> {
            built.add(bounded.picker(endpoints));
            return built.get(built.size() - 1);
        };
        LoadBalancer balancer = LoadBalancers.loadBalancer(outer, clock, random);
        balancer.update(TestTarget.many(10));
        for (int i = 0; i < 100; i++) {
            balancer.start(Picks.some(balancer.pick(1, Exclusions.none())));
        }

        assertThat(most(balancer)).isEqualTo(13);
    }

    @Test
    void aZoneHasABoundOfItsOwn() {
        LoadBalancer balancer = balancer(1.25, List.of());
        balancer.configure(
                LoadBalancers.boundedConsistentHashing(1.25),
                Options.NONE.withZones(new ZoneAwareness("a", Map.of("a", 1, "b", 1), 2)));
        List<TestTarget> targets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            targets.add(TestTarget.of("endpoint-" + i).in(i < 10 ? "a" : "b"));
        }
        balancer.update(targets);
        for (int i = 0; i < 100; i++) {
            balancer.start(Picks.some(balancer.pick(1, Exclusions.none())));
        }

        assertThat(most(balancer)).as("of ten in the own zone").isEqualTo(13);
    }

    @Test
    void someThatAreOutTakeNoRoom() {
        LoadBalancer balancer = balancer(1.25, TestTarget.many(12));
        balancer.start(Picks.named(balancer, "000000"));
        balancer.start(Picks.named(balancer, "000000")).finish(Outcome.REFUSED);
        balancer.start(Picks.named(balancer, "000001")).finish(Outcome.REFUSED);
        for (int i = 0; i < 100; i++) {
            balancer.start(Picks.some(balancer.pick(1, Exclusions.none())));
        }

        assertThat(most(balancer)).isEqualTo(13);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0, -1, 101, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesAFactorThatBoundsNothingOrAll(double factor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancers.boundedConsistentHashing(factor))
                .withMessage("factor must be above 1 and at most 100.0 but was " + factor);
    }

    private static void startAll(LoadBalancer balancer, int requests) {
        for (int i = 0; i < requests; i++) {
            balancer.start(Picks.some(balancer.pick(i, Exclusions.none())));
        }
    }

    private static int most(LoadBalancer balancer) {
        return balancer.snapshot().endpoints().stream()
                .mapToInt(Endpoint::inFlight)
                .max()
                .orElseThrow();
    }

    private LoadBalancer balancer(double factor, List<TestTarget> targets) {
        LoadBalancer balancer =
                LoadBalancers.loadBalancer(LoadBalancers.boundedConsistentHashing(factor), clock, random);
        balancer.update(targets);
        return balancer;
    }
}
