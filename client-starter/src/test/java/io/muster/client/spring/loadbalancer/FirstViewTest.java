package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.client.TestViews;
import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.web.reactive.function.client.WebClient;

class FirstViewTest {
    private static final String SERVICE = "late";

    private BalancedApplication application = BalancedApplication.run("muster.load-balancer.first-view-timeout=60s");

    @AfterEach
    void stopApplication() {
        application.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"REST_TEMPLATE_SIMPLE", "REST_CLIENT_JDK", "WEB_CLIENT_REACTOR"})
    void holdsTheFirstCallsUntilTheRegistryHasTold(ClientKind kind) {
        ClientKind.Caller caller = kind.of(application.context(), SERVICE);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(caller::get);
        CompletableFuture<String> second = CompletableFuture.supplyAsync(caller::get);
        awaitUsed();

        assertThat(first).isNotDone();
        application.publish(SERVICE, application.backend(Behaviour.ANSWER));

        assertThat(first).succeedsWithin(Duration.ofSeconds(40)).isEqualTo("backend0");
        assertThat(second).succeedsWithin(Duration.ofSeconds(40)).isEqualTo("backend0");
    }

    @Test
    void goesOnAwayFromTheThreadThatPublishes() {
        CompletableFuture<String> thread = ClientKind.webClient(application.context(), false, Duration.ofSeconds(40))
                .build()
                .get()
                .uri("http://" + SERVICE + "/")
                .retrieve()
                .bodyToMono(String.class)
                .map(body -> Thread.currentThread().getName())
                .toFuture();
        awaitUsed();

        application.publish(SERVICE, application.backend(Behaviour.ANSWER));

        assertThat(thread)
                .succeedsWithin(Duration.ofSeconds(40))
                .isNotEqualTo(Thread.currentThread().getName());
    }

    @Test
    void holdsChoicesThroughSpringsClientToo() {
        LoadBalancerClient client = application.context().getBean(LoadBalancerClient.class);
        CompletableFuture<String> chosen = CompletableFuture.supplyAsync(
                () -> client.choose(SERVICE).getUri().toString());
        awaitUsed();

        Backend backend = application.backend(Behaviour.ANSWER);
        application.publish(SERVICE, backend);

        assertThat(chosen).succeedsWithin(Duration.ofSeconds(40)).isEqualTo("http://127.0.0.1:" + backend.port());
    }

    @ParameterizedTest
    @EnumSource(names = {"REST_CLIENT_JDK", "WEB_CLIENT_REACTOR"})
    void givesUpInTimeAndThenWaitsNoMore(ClientKind kind) {
        application.close();
        application = BalancedApplication.run("muster.load-balancer.first-view-timeout=50ms");
        ClientKind.Caller caller = kind.of(application.context(), SERVICE);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(caller::get)
                    .hasMessageContaining(kind.isReactive() ? "503" : "no registry has told of it");
        }
        assertThat(application.report(SERVICE).noInstance()).isEqualTo(2);
        assertThat(application.report(SERVICE).known()).isFalse();

        application.publish(SERVICE, application.backend(Behaviour.ANSWER));
        assertThat(caller.get()).isEqualTo("backend0");
    }

    @Test
    void answersTheReasonInTheBodyOf503() {
        application.publish(SERVICE, new Backend[0]);

        String body = ClientKind.webClient(application.context(), false, Duration.ofSeconds(40))
                .build()
                .get()
                .uri("http://" + SERVICE + "/")
                .exchangeToMono(response -> response.bodyToMono(String.class))
                .block();

        assertThat(body)
                .isEqualTo("No instance of service late in namespace default takes requests: "
                        + "none is registered at position 1:1");
    }

    @Test
    void leavesOutInstancesWhoseAddressMakesNoUri() {
        Backend good = application.backend(Behaviour.ANSWER);
        Instance bad = new Instance(
                "bad", new Position(1, 1), "not a host", 1, false, InstanceStatus.UP, "", 100, "", Map.of(), null);
        application.publish(SERVICE, bad, TestViews.instance(good.id(), good.port(), InstanceStatus.UP));

        for (int i = 0; i < 3; i++) {
            assertThat(ClientKind.REST_CLIENT_JDK
                            .of(application.context(), SERVICE)
                            .get())
                    .isEqualTo(good.id());
        }
    }

    @Test
    void refusesHostsThatAreNoServiceNames() {
        WebClient client = ClientKind.webClient(application.context(), false, Duration.ofSeconds(40))
                .build();

        assertThatThrownBy(() -> ClientKind.REST_CLIENT_JDK
                        .of(application.context(), "www.example.com")
                        .get())
                .isInstanceOf(NoInstanceException.class)
                .hasMessageContaining("service must be a DNS label")
                .hasMessageContaining("www.example.com");
        assertThatThrownBy(() -> client.get()
                        .uri("http://a_b/")
                        .retrieve()
                        .toBodilessEntity()
                        .block())
                .hasMessageContaining("400");
    }

    private void awaitUsed() {
        await().until(() -> application
                .context()
                .getBean(ServiceBalancers.class)
                .snapshots()
                .containsKey(SERVICE));
    }
}
