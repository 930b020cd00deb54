package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.TestViews;
import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import io.muster.lb.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;

/** Each kind of client against servers that fail in each way, over real sockets. */
class BalancedCallsTest {
    private static final AtomicInteger serviceNumber = new AtomicInteger();
    private static BalancedApplication application;
    private static ConfigurableApplicationContext context;

    private final String service = "things-" + serviceNumber.incrementAndGet();

    @BeforeAll
    static void startApplication() {
        application = BalancedApplication.run("muster.load-balancer.strategy=round-robin");
        context = application.context();
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
    void spreadsCallsOverAllInstances(ClientKind kind) {
        publish(backend(Behaviour.ANSWER), backend(Behaviour.ANSWER), backend(Behaviour.ANSWER));

        Set<String> answers = new TreeSet<>();
        ClientKind.Caller caller = kind.of(context, service);
        for (int i = 0; i < 6; i++) {
            answers.add(caller.get());
        }

        assertThat(answers).containsExactly("backend0", "backend1", "backend2");
        assertSettled(Map.of(Outcome.SUCCESS, 6L));
    }

    @ParameterizedTest
    @EnumSource
    void retriesRefusedCallsOfAnyMethodOnAnotherInstance(ClientKind kind) {
        Backend good = backend(Behaviour.ANSWER);
        publish(
                TestViews.instance("gone", Backend.refusingPort(), InstanceStatus.UP),
                TestViews.instance(good.id(), good.port(), InstanceStatus.UP));

        ClientKind.Caller caller = kind.of(context, service);
        for (int i = 0; i < 4; i++) {
            assertThat(caller.call(HttpMethod.POST, "/x", "order")).isEqualTo("backend0");
        }

        assertThat(good.requests()).hasSize(4).allMatch(request -> request.equals("POST /x  order"));
        // The first refusal takes the endpoint out of the rotation.
        assertSettled(Map.of(Outcome.SUCCESS, 4L, Outcome.REFUSED, 1L));
        assertThat(report().retries()).isEqualTo(1);
        assertThat(report().endpoints())
                .anySatisfy(
                        endpoint -> assertThat(endpoint.statistics().ejected()).isTrue());
    }

    @ParameterizedTest
    @EnumSource
    void retriesIdempotentCallsThatWereCutOffBeforeTheResponse(ClientKind kind) {
        Backend bad = backend(Behaviour.END);
        Backend good = backend(Behaviour.ANSWER);
        publish(bad, good);

        ClientKind.Caller caller = kind.of(context, service);
        for (int i = 0; i < 4; i++) {
            assertThat(caller.get()).isEqualTo(good.id());
            assertThat(caller.call(HttpMethod.PUT, "/x", "thing")).isEqualTo(good.id());
        }

        assertThat(good.requests()).filteredOn(it -> it.equals("PUT /x  thing")).hasSize(4);
        assertThat(bad.requests()).isNotEmpty();
        assertThat(report().inFlight()).isZero();
        assertThat(report().requests().get(Outcome.FAILURE)).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void sendsPostsThatWereResetOnlyOnce(ClientKind kind) {
        Backend bad = backend(Behaviour.RESET);
        Backend good = backend(Behaviour.ANSWER);
        publish(bad, good);

        ClientKind.Caller caller = kind.of(context, service);
        int failed = 0;
        for (int i = 0; i < 4; i++) {
            try {
                caller.call(HttpMethod.POST, "/x", "order " + i);
            } catch (RuntimeException e) {
                failed++;
            }
        }

        assertThat(failed).isEqualTo(2);
        List<String> all = new ArrayList<>(bad.requests());
        all.addAll(good.requests());
        assertThat(all).doesNotHaveDuplicates().hasSize(4);
        assertSettled(Map.of(Outcome.SUCCESS, 2L, Outcome.FAILURE, 2L));
    }

    @ParameterizedTest
    @EnumSource
    void countsABrokenBodyAsFailure(ClientKind kind) {
        publish(backend(Behaviour.HALF_BODY));

        if (kind.isTruncationSilent()) {
            kind.of(context, service).get();
        } else {
            assertThatThrownBy(() -> kind.of(context, service).get()).isInstanceOf(RuntimeException.class);
        }

        assertSettled(Map.of(Outcome.FAILURE, 1L));
    }

    @ParameterizedTest
    @EnumSource
    void countsServerErrorsAndNotClientErrorsAgainstTheEndpoint(ClientKind kind) {
        Backend backend = backend(Behaviour.SERVER_ERROR);
        publish(backend);
        ClientKind.Caller caller = kind.of(context, service);

        assertThatThrownBy(caller::get).hasMessageContaining("503");
        backend.behave(Behaviour.NOT_FOUND);
        assertThatThrownBy(caller::get).hasMessageContaining("404");

        assertSettled(Map.of(Outcome.SERVER_ERROR, 1L, Outcome.SUCCESS, 1L));
    }

    @ParameterizedTest
    @EnumSource
    void saysWhyNobodyTakesACall(ClientKind kind) {
        publish(TestViews.instance("starting", 1, InstanceStatus.STARTING));

        if (kind.isReactive()) {
            assertThatThrownBy(() -> kind.of(context, service).get()).hasMessageContaining("503");
        } else {
            assertThatThrownBy(() -> kind.of(context, service).get())
                    .isInstanceOf(NoInstanceException.class)
                    .hasMessageContaining(service)
                    .hasMessageContaining("namespace default")
                    .hasMessageContaining("{STARTING=1}");
        }
        assertThat(report().noInstance()).isEqualTo(1);
    }

    private Backend backend(Behaviour behaviour) {
        return application.backend(behaviour);
    }

    private void publish(Backend... started) {
        application.publish(service, started);
    }

    private void publish(Instance... instances) {
        application.publish(service, instances);
    }

    private BalancerReport report() {
        return application.report(service);
    }

    private void assertSettled(Map<Outcome, Long> expected) {
        application.awaitSettled(service, expected);
    }
}
