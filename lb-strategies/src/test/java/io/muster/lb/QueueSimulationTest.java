package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quality of the default strategy, measured where the answer is known from queueing simulations of its peers. */
class QueueSimulationTest {
    private static final long SERVICE_NANOS = Duration.ofMillis(10).toNanos();
    private static final int REQUESTS = 60_000;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void oneCallerWaitsLittleAmongEqualServers(long seed) {
        QueueSimulation equal = new QueueSimulation(10, 1, false, 1, 0.8, SERVICE_NANOS, REQUESTS);

        QueueSimulation.Result result = equal.run(seed, LoadBalancers::powerOfTwoChoices);

        assertThat(result.mean()).isBetween(1.8, 2.4);
        assertThat(result.p99()).isBetween(6.5, 10.0);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void manyCallersDoNotRunToTheSameServer(long seed) {
        QueueSimulation equal = new QueueSimulation(10, 1, false, 20, 0.8, SERVICE_NANOS, REQUESTS);

        QueueSimulation.Result result = equal.run(seed, LoadBalancers::powerOfTwoChoices);

        assertThat(result.mean()).isBetween(3.0, 4.4);
        assertThat(result.shares()).allSatisfy(share -> assertThat(share).isBetween(0.09, 0.11));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void manyCallersWaitLessWhenServersReportTheirLoad(long seed) {
        QueueSimulation equal = new QueueSimulation(10, 1, false, 20, 0.8, SERVICE_NANOS, REQUESTS);

        QueueSimulation.Result result = equal.run(seed, LoadBalancers::powerOfTwoChoices, true);

        assertThat(result.mean()).isBetween(2.0, 3.0);
        assertThat(result.shares()).allSatisfy(share -> assertThat(share).isBetween(0.09, 0.11));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aServerTenTimesSlowerIsSparedWhenServersReportTheirLoad(long seed) {
        QueueSimulation slow = new QueueSimulation(10, 10, false, 20, 0.7, SERVICE_NANOS, REQUESTS);

        QueueSimulation.Result result = slow.run(seed, LoadBalancers::powerOfTwoChoices, true);

        assertThat(result.shares().get(0)).isLessThan(0.02);
        assertThat(result.mean()).isLessThan(3);
        assertThat(result.p99()).isLessThan(14);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aServerTenTimesSlowerGetsLittleTrafficFromOneCaller(long seed) {
        assertSlowServerIsSpared(seed, 1, SERVICE_NANOS, 2.5, 12);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aServerTenTimesSlowerGetsLittleTrafficFromManyCallers(long seed) {
        assertSlowServerIsSpared(seed, 20, SERVICE_NANOS, 4, 20);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aServerTenTimesSlowerGetsLittleTrafficFromCallersThatCallRarely(long seed) {
        assertSlowServerIsSpared(seed, 20, Duration.ofSeconds(1).toNanos(), 4, 22);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aServerThatFailsAtOnceIsNoBlackHole(long seed) {
        QueueSimulation failing = new QueueSimulation(10, 1, true, 20, 0.7, SERVICE_NANOS, REQUESTS);

        QueueSimulation.Result result = failing.run(seed, LoadBalancers::powerOfTwoChoices);

        assertThat(result.shares().get(0)).isLessThan(0.02);
    }

    private static void assertSlowServerIsSpared(long seed, int callers, long serviceNanos, double mean, double p99) {
        QueueSimulation slow = new QueueSimulation(10, 10, false, callers, 0.7, serviceNanos, REQUESTS);

        QueueSimulation.Result result = slow.run(seed, LoadBalancers::powerOfTwoChoices);

        assertThat(result.shares().get(0)).isLessThan(0.02);
        assertThat(result.mean()).isLessThan(mean);
        assertThat(result.p99()).isLessThan(p99);
    }
}
