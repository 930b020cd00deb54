package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutlierDetectionTest {
    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(19);
    private final LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), clock, random);

    @ParameterizedTest
    @EnumSource(names = {"SERVER_ERROR", "FAILURE", "TIMEOUT"})
    void fiveFailuresInARowTakeAnEndpointOut(Outcome outcome) {
        start(OutlierDetection.ON, 3);
        answer("000000", outcome, 4);
        answer("000000", Outcome.SUCCESS, 1);
        answer("000000", outcome, 4);
        assertThat(Picks.count(balancer, 30)).containsKey("000000");

        answer("000000", outcome, 1);

        assertThat(Picks.count(balancer, 30)).containsOnlyKeys("000001", "000002");
        assertThat(Picks.named(balancer, "000000").statistics().ejected()).isTrue();
    }

    @Test
    void cancellationsSayNothing() {
        start(OutlierDetection.ON, 3);
        answer("000000", Outcome.CANCELLED, 100);

        assertThat(Picks.count(balancer, 30)).containsKey("000000");
    }

    @Test
    void staysOutLongerEveryTimeAndIsForgivenByTheInterval() {
        start(OutlierDetection.ON, 3);
        List<Double> shares = new ArrayList<>();
        for (int time = 1; time <= 12; time++) {
            answer("000000", Outcome.SERVER_ERROR, 5);
            long expected = Math.min(30L * time, 300);
            long seconds = secondsUntilBack();
            assertThat(seconds).isBetween(expected * 8 / 10 - 1, expected + 1);
            shares.add((double) seconds / expected);
        }
        assertThat(shares).as("they come back after times of their own").anyMatch(share -> share < 0.9);

        for (int i = 0; i < 30; i++) {
            clock.advance(Duration.ofSeconds(10));
            answer("000001", Outcome.SUCCESS, 1);
        }
        answer("000000", Outcome.SERVER_ERROR, 5);

        assertThat(secondsUntilBack()).isLessThanOrEqualTo(31);
    }

    @Test
    void neverMoreThanItsShareIsOutAndAlwaysOneMayBe() {
        start(OutlierDetection.ON, 30);
        for (int i = 0; i < 30; i++) {
            answer(String.format("%06d", i), Outcome.SERVER_ERROR, 5);
        }

        assertThat(balancer.snapshot().eligible()).hasSize(27);

        start(OutlierDetection.ON, 2);
        answer("000000", Outcome.SERVER_ERROR, 5);
        answer("000001", Outcome.SERVER_ERROR, 5);

        assertThat(balancer.snapshot().eligible()).hasSize(1);
    }

    @Test
    void usesAllInAPanicAndSaysSo() {
        OutlierDetection all = new OutlierDetection(
                true, 5, Duration.ofSeconds(10), 85, 19, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 100, 50);
        start(all, 4);
        answer("000000", Outcome.SERVER_ERROR, 5);
        answer("000001", Outcome.SERVER_ERROR, 5);
        assertThat(balancer.snapshot().isPanic()).isFalse();
        assertThat(balancer.snapshot().eligible()).hasSize(2);

        answer("000002", Outcome.SERVER_ERROR, 5);

        assertThat(balancer.snapshot().isPanic()).isTrue();
        assertThat(Picks.count(balancer, 40)).hasSize(4);
    }

    @Test
    void whoRefusesConnectionsIsNotUsedInAPanic() {
        OutlierDetection all = new OutlierDetection(
                true, 5, Duration.ofSeconds(10), 85, 19, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 100, 100);
        start(all, 3);
        balancer.start(Picks.named(balancer, "000000")).finish(Outcome.REFUSED);
        answer("000001", Outcome.SERVER_ERROR, 5);

        assertThat(Picks.count(balancer, 40)).containsOnlyKeys("000001", "000002");
    }

    @Test
    void aShareOfFailuresTakesAnEndpointOutAfterTheInterval() {
        OutlierDetection shares = new OutlierDetection(
                true, 0, Duration.ofSeconds(10), 85, 0, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 50, 50);
        start(shares, 2);
        for (int i = 0; i < 100; i++) {
            answer("000000", i % 10 == 0 ? Outcome.SUCCESS : Outcome.SERVER_ERROR, 1);
            answer("000001", i % 2 == 0 ? Outcome.SUCCESS : Outcome.SERVER_ERROR, 1);
        }
        assertThat(balancer.snapshot().eligible()).hasSize(2);

        clock.advance(Duration.ofSeconds(10));
        answer("000001", Outcome.SUCCESS, 1);

        assertThat(Picks.count(balancer, 40)).containsOnlyKeys("000001");
    }

    @Test
    void fewRequestsProveNothing() {
        OutlierDetection shares = new OutlierDetection(
                true, 0, Duration.ofSeconds(10), 85, 19, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 50, 50);
        start(shares, 10);
        answer("000000", Outcome.SERVER_ERROR, 49);
        clock.advance(Duration.ofSeconds(10));
        answer("000001", Outcome.SUCCESS, 1);

        assertThat(balancer.snapshot().eligible()).hasSize(10);
    }

    /** One bad one among n is at most sqrt(n - 1) deviations from the mean: 1.9 is out of reach below five, and near at five. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5, 10})
    void whoIsFarFromTheOthersIsOutWhereThereAreEnough(int size) {
        OutlierDetection deviations = new OutlierDetection(
                true, 0, Duration.ofSeconds(10), 0, 19, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 50, 50);
        start(deviations, size);
        for (int i = 0; i < size; i++) {
            answer(String.format("%06d", i), Outcome.SUCCESS, 100);
        }
        answer("000000", Outcome.SERVER_ERROR, 60);
        clock.advance(Duration.ofSeconds(10));
        answer("000001", Outcome.SUCCESS, 1);

        assertThat(Picks.count(balancer, 100).containsKey("000000")).isEqualTo(size < 5);
    }

    @Test
    void turnedOffItBringsBackAtOnceWhoIsOut() {
        start(OutlierDetection.ON, 3);
        answer("000000", Outcome.SERVER_ERROR, 5);
        assertThat(Picks.count(balancer, 30)).doesNotContainKey("000000");

        balancer.configure(LoadBalancers.roundRobin(random), Options.NONE);

        assertThat(Picks.count(balancer, 30)).containsKey("000000");
        assertThat(Picks.named(balancer, "000000").statistics().ejected()).isFalse();
    }

    @Test
    void theSameSettingsOnceMoreDoNotBeginTheIntervalAnew() {
        OutlierDetection shares = new OutlierDetection(
                true, 0, Duration.ofSeconds(10), 85, 0, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 50, 50);
        start(shares, 2);
        answer("000000", Outcome.SERVER_ERROR, 100);
        clock.advance(Duration.ofSeconds(9));
        balancer.configure(LoadBalancers.roundRobin(random), Options.NONE.withOutliers(shares));
        clock.advance(Duration.ofSeconds(1));
        answer("000001", Outcome.SUCCESS, 1);

        assertThat(Picks.count(balancer, 40)).containsOnlyKeys("000001");
    }

    @Test
    void theShareThatMayBeOutIsOneOfThoseThatTheCallerUses() {
        start(OutlierDetection.ON, 100);
        balancer.configure(
                LoadBalancers.roundRobin(random),
                Options.NONE.withOutliers(OutlierDetection.ON).withSubset(new Subset(5, "me")));
        List<String> used = List.copyOf(Picks.count(balancer, 50).keySet());
        answer(used.get(0), Outcome.SERVER_ERROR, 5);
        answer(used.get(1), Outcome.SERVER_ERROR, 5);

        assertThat(Picks.count(balancer, 50).keySet()).hasSize(4).contains(used.get(1));
    }

    @Test
    void offMeansOff() {
        start(OutlierDetection.OFF, 3);
        answer("000000", Outcome.SERVER_ERROR, 1_000);
        clock.advance(Duration.ofMinutes(1));
        answer("000001", Outcome.SUCCESS, 1);

        Map<String, Integer> counts = Picks.count(balancer, 300);
        assertThat(counts.get("000000")).isEqualTo(100);
    }

    @Test
    void namesTheValueThatIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OutlierDetection(
                        true,
                        5,
                        Duration.ofMillis(1),
                        85,
                        19,
                        50,
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        10,
                        50))
                .withMessage("outlier.interval must be between PT0.1S and PT10M but was PT0.001S");
    }

    private void start(OutlierDetection detection, int size) {
        balancer.update(TestTarget.all());
        balancer.configure(LoadBalancers.roundRobin(random), Options.NONE.withOutliers(detection));
        balancer.update(TestTarget.many(size));
    }

    private void answer(String id, Outcome outcome, int times) {
        for (int i = 0; i < times; i++) {
            balancer.start(Picks.named(balancer, id)).finish(outcome);
        }
    }

    private long secondsUntilBack() {
        int all = balancer.snapshot().endpoints().size();
        long seconds = 0;
        for (; balancer.snapshot().eligible().size() < all; seconds++) {
            assertThat(seconds).isLessThan(1_000);
            clock.advance(Duration.ofSeconds(1));
            Picks.any(balancer);
        }
        return seconds;
    }
}
