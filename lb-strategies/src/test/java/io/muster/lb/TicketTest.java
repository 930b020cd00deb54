package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TicketTest {
    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(1);
    private final LoadBalancer balancer =
            LoadBalancers.loadBalancer(LoadBalancers.powerOfTwoChoices(random), clock, random);
    private Endpoint endpoint = endpoint();

    @BeforeEach
    void learn() {
        endpoint = endpoint();
        for (int i = 0; i < 3; i++) {
            end(Duration.ofMillis(10), Outcome.SUCCESS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheFirstFinishCounts(Outcome outcome) {
        Ticket ticket = balancer.start(endpoint);
        assertThat(endpoint.inFlight()).isOne();
        assertThat(ticket.finish(outcome)).isTrue();
        EndpointStatistics before = endpoint.statistics();

        for (Outcome again : Outcome.values()) {
            assertThat(ticket.finish(again)).isFalse();
        }

        assertThat(before.inFlight()).isZero();
        assertThat(endpoint.statistics()).isEqualTo(before);
    }

    @Test
    void latencyCountsToTheEndWithoutAMark() {
        end(Duration.ofMillis(70), Outcome.SUCCESS);

        assertThat(latencyMillis()).isEqualTo(70);
    }

    @Test
    void latencyCountsToTheFirstMark() {
        Ticket ticket = balancer.start(endpoint);
        clock.advance(Duration.ofMillis(20));
        ticket.responseStarted();
        clock.advance(Duration.ofMinutes(5));
        ticket.responseStarted();
        assertThat(endpoint.inFlight()).isOne();
        ticket.finish(Outcome.SUCCESS);

        assertThat(latencyMillis()).isEqualTo(20);
    }

    @Test
    void cancellationReleasesWithoutLatencyOrFailure() {
        EndpointStatistics before = endpoint.statistics();
        end(Duration.ofHours(1), Outcome.CANCELLED);

        EndpointStatistics after = endpoint.statistics();

        assertThat(after.inFlight()).isZero();
        assertThat(after.cancellations()).isOne();
        assertThat(after.latencyNanos()).isEqualTo(before.latencyNanos());
        assertThat(after.penalty()).isEqualTo(before.penalty());
        assertThat(after.failures()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_ERROR", "FAILURE", "REFUSED", "TIMEOUT"})
    void failingFastCostsAndGainsNothing(Outcome outcome) {
        double before = endpoint.cost();
        end(Duration.ofNanos(1), outcome);

        assertThat(endpoint.cost()).isGreaterThanOrEqualTo(2 * before);
        assertThat(endpoint.statistics().failures()).isOne();
    }

    @Test
    void aTimeoutCountsTheTimeWaited() {
        end(Duration.ofSeconds(2), Outcome.TIMEOUT);

        assertThat(latencyMillis()).isEqualTo(2_000);
        assertThat(endpoint.cost()).isGreaterThan(2e9);
    }

    @Test
    void aFailureMakesNoHistory() {
        Endpoint fresh = endpoint();
        balancer.start(fresh).finish(Outcome.FAILURE);

        assertThat(fresh.statistics().latencyNanos()).isZero();
        assertThat(fresh.statistics().penalty()).isEqualTo(2);
    }

    @Test
    void aSuccessAfterALongSilenceForgivesAll() {
        for (int i = 0; i < 20; i++) {
            end(Duration.ofSeconds(1), Outcome.TIMEOUT);
        }
        clock.advance(Duration.ofSeconds(11));
        end(Duration.ofMillis(10), Outcome.SUCCESS);

        assertThat(endpoint.statistics().penalty()).isEqualTo(1);
        assertThat(latencyMillis()).isEqualTo(10);
    }

    @Test
    void aClockThatStandsStillMakesNoLatencyOfZero() {
        Endpoint fresh = endpoint();
        for (int i = 0; i < 10; i++) {
            balancer.start(fresh).finish(Outcome.SUCCESS);
        }

        assertThat(fresh.cost()).isEqualTo(1);
    }

    private long latencyMillis() {
        return Duration.ofNanos(endpoint.statistics().latencyNanos()).toMillis();
    }

    private void end(Duration latency, Outcome outcome) {
        Ticket ticket = balancer.start(endpoint);
        clock.advance(latency);
        ticket.finish(outcome);
    }

    private Endpoint endpoint() {
        return new Endpoint(TestTarget.of("a"), new Group(clock), false);
    }
}
