package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import io.muster.lb.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of client against servers that let it wait longer than it is ready to. */
class TimedOutCallsTest {
    private static final AtomicInteger serviceNumber = new AtomicInteger();
    private static BalancedApplication application;

    private final String service = "slow-" + serviceNumber.incrementAndGet();

    @BeforeAll
    static void startApplication() {
        application = BalancedApplication.run("test.read-timeout=500ms");
    }

    @AfterAll
    static void stopApplication() {
        application.close();
    }

    @AfterEach
    void stopBackends() {
        application.stopBackends();
    }

    @ParameterizedTest
    @EnumSource
    void neverRetriesAfterATimeout(ClientKind kind) {
        Backend first = application.backend(Behaviour.SILENT);
        Backend second = application.backend(Behaviour.SILENT);
        application.publish(service, first, second);

        assertThatThrownBy(() -> kind.of(application.context(), service).get()).isInstanceOf(RuntimeException.class);

        assertThat(first.requests().size() + second.requests().size()).isLessThanOrEqualTo(1);
        application.awaitSettled(service, Map.of(Outcome.TIMEOUT, 1L));
    }

    @ParameterizedTest
    @EnumSource
    void releasesABodyThatStalls(ClientKind kind) {
        application.publish(service, application.backend(Behaviour.STALLED_BODY));

        assertThatThrownBy(() -> kind.of(application.context(), service).get()).isInstanceOf(RuntimeException.class);

        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(
                        () -> assertThat(application.report(service).inFlight()).isZero());
        assertThat(application.report(service).requests().get(Outcome.SUCCESS)).isZero();
    }
}
