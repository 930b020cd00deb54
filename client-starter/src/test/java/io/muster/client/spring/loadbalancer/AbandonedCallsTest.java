package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import io.muster.lb.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Calls that their callers give up, or whose responses they leave unread. */
class AbandonedCallsTest {
    private static final AtomicInteger serviceNumber = new AtomicInteger();
    private static BalancedApplication application;

    private final String service = "given-up-" + serviceNumber.incrementAndGet();

    @BeforeAll
    static void startApplication() {
        application = BalancedApplication.run();
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
    @ValueSource(booleans = {false, true})
    void releasesACancelledWebClientCallThatHasNoResponseYet(boolean jdk) {
        Backend backend = silent();

        Disposable call = webClient(jdk)
                .get()
                .uri("http://" + service + "/")
                .retrieve()
                .bodyToMono(String.class)
                .subscribe();
        awaitRequest(backend);
        assertThat(application.report(service).inFlight()).isEqualTo(1);
        call.dispose();

        awaitOnly(Outcome.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasesAWebClientCallThatTimesOut(boolean jdk) {
        silent();

        assertThatThrownBy(() -> webClient(jdk)
                        .get()
                        .uri("http://" + service + "/")
                        .retrieve()
                        .bodyToMono(String.class)
                        .timeout(Duration.ofSeconds(1))
                        .block())
                .hasMessageContaining("1000ms");

        awaitOnly(Outcome.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasesAWebClientCallWhoseBodyIsCancelled(boolean jdk) {
        Backend backend = application.backend(Behaviour.STALLED_BODY);
        application.publish(service, backend);
        AtomicReference<DataBuffer> first = new AtomicReference<>();

        Disposable call = webClient(jdk)
                .get()
                .uri("http://" + service + "/")
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .subscribe(first::set);
        await().until(() -> first.get() != null);
        call.dispose();

        awaitOnly(Outcome.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasesAWebClientCallThatIsCancelledBetweenResponseAndBody(boolean jdk) {
        Backend backend = application.backend(Behaviour.STALLED_BODY);
        application.publish(service, backend);
        AtomicReference<ClientResponse> response = new AtomicReference<>();

        Disposable call = webClient(jdk)
                .get()
                .uri("http://" + service + "/")
                .exchangeToMono(it -> {
                    response.set(it);
                    return Mono.never();
                })
                .subscribe();
        await().until(() -> response.get() != null);
        call.dispose();

        awaitOnly(Outcome.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasesAWebClientCallWhoseBodyNobodyWants(boolean jdk) {
        Backend backend = application.backend(Behaviour.ANSWER);
        application.publish(service, backend);
        WebClient client = webClient(jdk);

        client.get()
                .uri("http://" + service + "/")
                .retrieve()
                .toBodilessEntity()
                .block();
        client.get()
                .uri("http://" + service + "/")
                .exchangeToMono(it -> Mono.just("unread"))
                .block();

        await().untilAsserted(
                        () -> assertThat(application.report(service).inFlight()).isZero());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasesABlockingCallWhoseThreadIsInterrupted(boolean jdk) throws InterruptedException {
        Backend backend = application.backend(jdk ? Behaviour.SILENT : Behaviour.STALLED_BODY);
        application.publish(service, backend);
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                restClient(jdk).get().uri("http://" + service + "/").retrieve().body(String.class);
            } catch (RuntimeException e) {
                thrown.set(e);
            }
        });
        caller.start();
        awaitRequest(backend);

        caller.interrupt();
        caller.join(60_000);

        assertThat(thrown.get()).isNotNull();
        await().untilAsserted(() -> {
            assertThat(application.report(service).inFlight()).isZero();
            assertThat(application.report(service).requests().get(jdk ? Outcome.CANCELLED : Outcome.SUCCESS))
                    .isEqualTo(jdk ? 1 : 0);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasesABlockingCallWhoseBodyIsNotRead(boolean jdk) {
        application.publish(service, application.backend(Behaviour.ANSWER));

        restClient(jdk).get().uri("http://" + service + "/").retrieve().toBodilessEntity();

        awaitOnly(Outcome.SUCCESS);
    }

    @ParameterizedTest
    @EnumSource(names = {"REST_CLIENT_JDK", "REST_CLIENT_SIMPLE", "WEB_CLIENT_REACTOR", "WEB_CLIENT_JDK"})
    void findsResponsesThatAreDropped(ClientKind kind) {
        // Reactor Netty holds on to its subscribers until the connection ends.
        application.publish(
                service, application.backend(kind.isReactive() ? Behaviour.ANSWER : Behaviour.STALLED_BODY));

        dropResponse(kind);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            collectGarbage();
            assertThat(application.report(service).inFlight()).isZero();
            assertThat(application.report(service).leakedResponses()).isEqualTo(1);
        });
    }

    @Test
    void doesNotTakeABodyForDroppedWhileItIsRead() {
        application.publish(service, application.backend(Behaviour.STALLED_BODY));
        AtomicReference<DataBuffer> first = new AtomicReference<>();

        Disposable call = WebClientOf.reading(webClient(false), "http://" + service + "/", first::set);
        await().until(() -> first.get() != null);
        collectGarbage();
        collectGarbage();

        assertThat(application.report(service).leakedResponses()).isZero();
        assertThat(application.report(service).inFlight()).isEqualTo(1);
        call.dispose();
        awaitOnly(Outcome.CANCELLED);
    }

    /** Only the subscription knows the response here. */
    private static final class WebClientOf {
        static Disposable reading(WebClient client, String uri, java.util.function.Consumer<DataBuffer> reader) {
            return client.get().uri(uri).retrieve().bodyToFlux(DataBuffer.class).subscribe(reader);
        }
    }

    private void dropResponse(ClientKind kind) {
        if (kind.isReactive()) {
            webClient(kind == ClientKind.WEB_CLIENT_JDK)
                    .get()
                    .uri("http://" + service + "/")
                    .retrieve()
                    .toEntityFlux(DataBuffer.class)
                    .block();
            return;
        }
        restClient(kind == ClientKind.REST_CLIENT_JDK)
                .get()
                .uri("http://" + service + "/")
                .exchange(
                        (request, response) -> {
                            try {
                                return response.getBody().read();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        false);
    }

    // The guard learns of dropped responses from the collector alone.
    private static void collectGarbage() {
        System.gc();
    }

    private Backend silent() {
        Backend backend = application.backend(Behaviour.SILENT);
        application.publish(service, backend);
        return backend;
    }

    private static void awaitRequest(Backend backend) {
        await().until(() -> !backend.requests().isEmpty());
    }

    private void awaitOnly(Outcome outcome) {
        application.awaitSettled(service, Map.of(outcome, 1L));
    }

    private static WebClient webClient(boolean jdk) {
        return ClientKind.webClient(application.context(), jdk, Duration.ofSeconds(60))
                .build();
    }

    private static RestClient restClient(boolean jdk) {
        return ClientKind.builder(
                        application.context(),
                        jdk
                                ? ClientKind.jdkFactory(Duration.ofSeconds(60))
                                : ClientKind.simpleFactory(Duration.ofSeconds(5)))
                .build();
    }
}
