package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Endpoints that refuse connections leave the rotation and come back. */
class RefusalTest {
    private static final long SEED = 5;

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), clock, random);

    @Test
    void takesARefusingEndpointOutAtOnce() {
        balancer.update(TestTarget.all("a", "b", "c"));
        refuse("a");

        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("b", "c");
        assertThat(named("a").statistics().ejected()).isTrue();
        assertThat(balancer.snapshot().endpoints()).hasSize(3);
    }

    @Test
    void letsItBackInAfterItsTime() {
        balancer.update(TestTarget.all("a", "b"));
        refuse("a");

        clock.advance(Duration.ofMillis(799));
        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("b");
        clock.advance(Duration.ofMillis(201));
        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("a", "b");
    }

    @Test
    void staysOutLongerWithEveryRefusalUpToThirtySeconds() {
        balancer.update(TestTarget.all("a", "b"));
        for (long seconds : new long[] {1, 2, 4, 8, 16, 30, 30, 30}) {
            refuse("a");
            assertThat(millisUntilBack()).isBetween(seconds * 800 - 1, seconds * 1_000 + 1);
        }
    }

    @Test
    void startsOverAfterAnAnswer() {
        balancer.update(TestTarget.all("a", "b"));
        refuse("a");
        millisUntilBack();
        refuse("a");
        millisUntilBack();
        balancer.start(named("a")).finish(Outcome.SERVER_ERROR);

        refuse("a");

        assertThat(millisUntilBack()).isLessThan(1_002);
    }

    @Test
    void refusalsOfRequestsThatWereUnderWayCostNothingMore() {
        balancer.update(TestTarget.all("a", "b"));
        List<Ticket> underWay =
                List.of(balancer.start(named("a")), balancer.start(named("a")), balancer.start(named("a")));
        underWay.forEach(ticket -> ticket.finish(Outcome.REFUSED));

        assertThat(millisUntilBack()).isLessThan(1_002);
    }

    @Test
    void endpointsThatFellTogetherComeBackApart() {
        balancer.update(TestTarget.many(20));
        List<Endpoint> endpoints = balancer.snapshot().endpoints();
        endpoints.subList(1, 20).forEach(this::refuse);

        long changes = 0;
        for (int i = 0; i < 1_000; i++) {
            long before = balancer.snapshot().version();
            clock.advance(Duration.ofMillis(1));
            Picks.any(balancer);
            changes += balancer.snapshot().version() - before;
        }

        assertThat(balancer.snapshot().eligible()).hasSize(20);
        assertThat(changes)
                .as("moments at which somebody came back, seed %s", SEED)
                .isGreaterThan(10);
    }

    @Test
    void usesAllWhenAllAreOut() {
        balancer.update(TestTarget.all("a", "b", "c"));
        refuse("a");
        refuse("b");
        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("c");
        refuse("c");

        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("a", "b", "c");
        assertThat(balancer.snapshot().eligible()).hasSize(3);
    }

    @Test
    void comesBackAtOnceWhenItsTargetIsGoneAndBack() {
        balancer.update(TestTarget.all("a", "b"));
        Ticket stillRunning = balancer.start(named("a"));
        refuse("a");
        balancer.update(TestTarget.all("b"));
        balancer.update(TestTarget.all("a", "b"));

        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("a", "b");
        assertThat(stillRunning.finish(Outcome.SUCCESS)).isTrue();
    }

    @Test
    void comesBackAtOnceAsANewGeneration() {
        balancer.update(TestTarget.all("a", "b"));
        refuse("a");
        balancer.update(List.of(TestTarget.of("a").ofGeneration("1:2"), TestTarget.of("b")));

        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("a", "b");
    }

    @Test
    void staysOutWhenOthersChange() {
        balancer.update(TestTarget.all("a", "b"));
        refuse("a");
        balancer.update(TestTarget.all("a", "b", "c"));

        assertThat(Picks.count(balancer, 100)).containsOnlyKeys("b", "c");
    }

    @Test
    void readsTheClockOnAPickOnlyWhileSomebodyIsOut() {
        int[] reads = {0};
        LoadBalancer counted = LoadBalancers.loadBalancer(
                LoadBalancers.roundRobin(random),
                () -> {
                    reads[0]++;
                    return clock.getAsLong();
                },
                random);
        counted.update(TestTarget.all("a", "b"));
        reads[0] = 0;
        Picks.count(counted, 100);
        assertThat(reads[0]).isZero();

        counted.start(Picks.named(counted, "a")).finish(Outcome.REFUSED);
        Picks.count(counted, 100);
        assertThat(reads[0]).isGreaterThan(100);

        clock.advance(Duration.ofSeconds(1));
        Picks.any(counted);
        reads[0] = 0;
        Picks.count(counted, 100);
        assertThat(reads[0]).isZero();
    }

    private void refuse(String id) {
        refuse(named(id));
    }

    private void refuse(Endpoint endpoint) {
        balancer.start(endpoint).finish(Outcome.REFUSED);
    }

    private Endpoint named(String id) {
        return Picks.named(balancer, id);
    }

    /** Moves the clock until everybody is in. */
    private long millisUntilBack() {
        long millis = 0;
        for (;
                balancer.snapshot().eligible().size()
                        < balancer.snapshot().endpoints().size();
                millis++) {
            assertThat(millis).isLessThan(60_000);
            clock.advance(Duration.ofMillis(1));
            Picks.any(balancer);
        }
        return millis;
    }
}
