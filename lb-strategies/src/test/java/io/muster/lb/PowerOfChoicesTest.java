package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PowerOfChoicesTest {
    private static final long SEED = 42;

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final LoadBalancer balancer =
            LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices(random), clock, random);

    @BeforeEach
    void startClock() {
        clock.set(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10})
    void drawsEveryOrderedPairOfDistinctOnesEquallyOften(int n) {
        int perPair = 2_000;
        int[][] counts = new int[n][n];
        for (int i = 0; i < perPair * n * (n - 1); i++) {
            long bits = random.nextLong();
            int first = PowerOfChoices.Draws.firstOf(n, bits);
            counts[first][PowerOfChoices.Draws.secondOf(n, bits, first)]++;
        }

        for (int first = 0; first < n; first++) {
            for (int second = 0; second < n; second++) {
                int expected = first == second ? 0 : perPair;
                assertThat(counts[first][second]).isBetween(expected * 8 / 10, expected * 12 / 10);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 0", "2, 1, 1", "1, 1, 0", "0, 1e300, 0", "1e300, 0, 1", "1.0000000001, 1, 1"})
    void takesTheLowerFigureAndTheFirstOfEqualOnes(double first, double second, int expected) {
        assertThat(PowerOfChoices.Draws.lower(0, first, 1, second)).isEqualTo(expected);
    }

    @Test
    void ofTwoAlwaysTakesTheOneWithFewerRequestsInFlight() {
        balancer.update(TestTarget.all("a", "b"));
        for (int i = 0; i < 1_000; i++) {
            balancer.start(Picks.any(balancer));
            assertThat(Math.abs(inFlight("a") - inFlight("b"))).isLessThan(2);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void keepsTheFullestOfTenThousandBinsAtFour(long seed) {
        int bins = 10_000;
        SplittableRandom seeded = new SplittableRandom(seed);
        LoadBalancer many = LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices(seeded), clock, seeded);
        many.update(TestTarget.many(bins));

        for (int i = 0; i < bins; i++) {
            many.start(Picks.any(many));
        }

        int fullest = many.snapshot().endpoints().stream()
                .mapToInt(Endpoint::inFlight)
                .max()
                .orElseThrow();
        assertThat(fullest).isBetween(2, 4);
    }

    @Test
    void givesATenTimesSlowerOneAHundredthOfThePairWhenIdle() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", Duration.ofMillis(10));
        learn("b", Duration.ofMillis(100));

        Map<String, Integer> counts = Picks.count(balancer, 100_000);

        assertThat(counts.get("b")).isBetween(800, 1_200);
    }

    @Test
    void sharesByWeightWhenIdle() {
        balancer.update(
                List.of(TestTarget.of("a").weighing(1), TestTarget.of("b").weighing(3)));
        balancer.start(named("a")).finish(Outcome.CANCELLED);
        balancer.start(named("b")).finish(Outcome.CANCELLED);

        assertThat(Picks.count(balancer, 100_000).get("a")).isBetween(24_000, 26_000);
    }

    @Test
    void dividesRequestsInFlightByWeight() {
        balancer.update(
                List.of(TestTarget.of("a").weighing(1), TestTarget.of("b").weighing(3)));
        for (int i = 0; i < 400; i++) {
            balancer.start(Picks.any(balancer));
        }

        assertThat(inFlight("a")).isBetween(97, 103);
    }

    @Test
    void aNewEndpointGetsAnAverageShareAtOnce() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", Duration.ofMillis(10));
        learn("b", Duration.ofMillis(10));
        balancer.update(TestTarget.all("a", "b", "c"));
        balancer.start(named("c")).finish(Outcome.CANCELLED);

        assertThat(Picks.count(balancer, 30_000).get("c")).isBetween(9_500, 10_500);
    }

    @Test
    void slowFirstAnswersDoNotKeepANewEndpointCold() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", Duration.ofMillis(2));
        balancer.update(TestTarget.all("a", "b"));

        answer("b", Duration.ofMillis(500));
        answer("b", Duration.ofMillis(100));

        assertThat(Picks.count(balancer, 10_000).get("b")).isBetween(4_500, 5_500);
    }

    @Test
    void triesAnEndpointAgainThatWasLeftAloneForLong() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", Duration.ofMillis(1));
        learn("b", Duration.ofHours(1));
        assertThat(Picks.count(balancer, 10_000)).containsOnlyKeys("a");

        clock.advance(Duration.ofSeconds(11));
        balancer.start(named("a")).finish(Outcome.CANCELLED);

        assertThat(Picks.count(balancer, 10_000).get("b")).isBetween(40, 130);
        answer("b", Duration.ofMillis(1));
        assertThat(Picks.count(balancer, 10_000).get("b")).isBetween(4_500, 5_500);
    }

    @Test
    void anEndpointThatWasLeftAloneDoesNotBecomeTheFavourite() {
        balancer.update(TestTarget.all("a", "b"));
        learn("a", Duration.ofMillis(10));
        learn("b", Duration.ofMillis(100));
        double cost = named("b").cost();

        clock.advance(Duration.ofHours(1));
        answer("a", Duration.ofMillis(10));

        assertThat(named("b").cost()).isEqualTo(cost);
        assertThat(Picks.count(balancer, 10_000).get("b")).isLessThan(400);
    }

    @Test
    void anEndpointThatFailsFastDrawsNoTraffic() {
        balancer.update(TestTarget.many(10));
        Endpoint broken = balancer.snapshot().endpoints().get(0);
        int picked = 0;
        for (int i = 0; i < 10_000; i++) {
            Endpoint endpoint = Picks.any(balancer);
            Ticket ticket = balancer.start(endpoint);
            clock.advance(endpoint == broken ? Duration.ofNanos(1_000) : Duration.ofMillis(5));
            ticket.finish(endpoint == broken ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
            picked += endpoint == broken ? 1 : 0;
        }

        assertThat(picked).isLessThan(50);
    }

    @Test
    void byRequestsInFlightAloneAnEndpointThatFailedIsTriedAgainAndForgiven() {
        LoadBalancer inFlight = LoadBalancers.loadBalancer(
                LoadBalancers.strategy(LoadBalancers.LEAST_IN_FLIGHT_OF_TWO, random), clock, random);
        inFlight.update(TestTarget.many(10));
        for (int i = 0; i < 10; i++) {
            inFlight.start(Picks.named(inFlight, "000000")).finish(Outcome.SERVER_ERROR);
        }
        for (int i = 0; i < 20_000; i++) {
            inFlight.start(Picks.any(inFlight)).finish(Outcome.SUCCESS);
        }

        assertThat(Picks.named(inFlight, "000000").statistics().penalty()).isOne();
        assertThat(Picks.count(inFlight, 10_000).get("000000")).isBetween(800, 1_200);
    }

    @Test
    void rareFailuresThatAllShareBanishNobody() {
        balancer.update(TestTarget.many(5));
        int[] picked = new int[5];
        for (int i = 0; i < 50_000; i++) {
            Endpoint endpoint = Picks.any(balancer);
            Ticket ticket = balancer.start(endpoint);
            clock.advance(Duration.ofMillis(5));
            ticket.finish(random.nextInt(100) == 0 ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
            picked[balancer.snapshot().endpoints().indexOf(endpoint)]++;
        }

        assertThat(picked).satisfies(shares -> {
            for (int share : shares) {
                assertThat(share).isBetween(9_000, 11_000);
            }
        });
    }

    private Endpoint named(String id) {
        return Picks.named(balancer, id);
    }

    private int inFlight(String id) {
        return named(id).inFlight();
    }

    /** Answers often enough to make a history. */
    private void learn(String id, Duration latency) {
        for (int i = 0; i < 3; i++) {
            answer(id, latency);
        }
    }

    private void answer(String id, Duration latency) {
        Ticket ticket = balancer.start(named(id));
        clock.advance(latency);
        ticket.finish(Outcome.SUCCESS);
    }
}
