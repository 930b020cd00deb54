package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.TestViews;
import io.muster.client.spring.loadbalancer.Backend.Behaviour;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpRequest;
import org.springframework.http.MediaType;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class RetriesTest {
    private static final String SERVICE = "things";

    private BalancedApplication application = BalancedApplication.run("muster.load-balancer.strategy=round-robin");

    @AfterEach
    void stopApplication() {
        application.close();
    }

    @Test
    void runsTheInterceptorsBehindOursForEachAttempt() {
        Backend good = publishRefusingAnd(Behaviour.ANSWER);
        AtomicInteger signed = new AtomicInteger();
        RestClient client = ClientKind.builder(application.context(), ClientKind.jdkFactory(Duration.ofSeconds(40)))
                .requestInterceptor((request, body, execution) ->
                        execution.execute(signed(request, "s" + signed.incrementAndGet()), body))
                .build();

        for (int i = 0; i < 2; i++) {
            client.post().uri("http://things/x").body("b").retrieve().toBodilessEntity();
        }

        assertThat(signed).hasValue(3);
        assertThat(good.requests()).hasSize(2).allMatch(request -> request.matches("POST /x s[123] b"));
    }

    @Test
    void keepsHeadersOfOneAttemptOutOfTheNext() {
        Backend good = publishRefusingAnd(Behaviour.ANSWER);
        RestClient client = ClientKind.builder(application.context(), ClientKind.jdkFactory(Duration.ofSeconds(40)))
                .requestInterceptor((request, body, execution) -> {
                    request.getHeaders().add("X-Signature", "s");
                    return execution.execute(request, body);
                })
                .build();

        for (int i = 0; i < 2; i++) {
            client.get().uri("http://things/x").retrieve().toBodilessEntity();
        }

        assertThat(good.requests()).containsOnly("GET /x s");
    }

    @Test
    void doesNotTryTheSameInstanceAgain() {
        Backend only = application.backend(Behaviour.END);
        application.publish(SERVICE, only);

        assertThatThrownBy(() -> ClientKind.WEB_CLIENT_REACTOR
                        .of(application.context(), SERVICE)
                        .get())
                .isInstanceOf(RuntimeException.class);

        assertThat(only.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"REST_CLIENT_JDK", "WEB_CLIENT_REACTOR"})
    void triesAtMostThreeInstancesAndTellsOfEachFailure(ClientKind kind) {
        Backend[] all = new Backend[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = application.backend(Behaviour.END);
        }
        application.publish(SERVICE, all);

        assertThatThrownBy(() -> kind.of(application.context(), SERVICE).get())
                .satisfies(thrown -> assertThat(suppressedIn(thrown)).isPositive());

        assertThat(List.of(all)).filteredOn(it -> !it.requests().isEmpty()).hasSize(3);
        assertThat(application.report(SERVICE).retries()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "muster.load-balancer.retry.enabled=false",
                "muster.load-balancer.retry.max-attempts=1",
                "muster.load-balancer.services.things.retry.enabled=false"
            })
    void doesNotRetryWhenTurnedOff(String property) {
        application.close();
        application = BalancedApplication.run(property);
        Backend[] all = {application.backend(Behaviour.END), application.backend(Behaviour.END)};
        application.publish(SERVICE, all);

        assertThatThrownBy(() -> ClientKind.WEB_CLIENT_REACTOR
                        .of(application.context(), SERVICE)
                        .get())
                .isInstanceOf(RuntimeException.class);

        assertThat(application.report(SERVICE).retries()).isZero();
    }

    @Test
    void chargesTheBudgetForBrokenConnectionsAndNotForRefusedOnes() {
        application.close();
        application = BalancedApplication.run(
                "muster.load-balancer.strategy=round-robin",
                "muster.load-balancer.retry.budget-percent=0",
                "muster.load-balancer.retry.budget-min-per-second=0");
        application.publish(SERVICE, application.backend(Behaviour.END), application.backend(Behaviour.END));
        ClientKind.Caller caller = ClientKind.REST_CLIENT_JDK.of(application.context(), SERVICE);

        assertThatThrownBy(caller::get).isInstanceOf(RuntimeException.class);
        assertThat(application.report(SERVICE).retries()).isZero();
        assertThat(application.report(SERVICE).retriesDenied()).isEqualTo(1);

        publishRefusingAnd(Behaviour.ANSWER);
        caller.get();
        caller.get();
        assertThat(application.report(SERVICE).retries()).isEqualTo(1);
    }

    @Test
    void sendsAStreamedBodyOnceItHasAConnection() {
        Backend good = publishRefusingAnd(Behaviour.ANSWER);
        WebClient client = webClient(false);

        for (int i = 0; i < 2; i++) {
            client.post()
                    .uri("http://things/x")
                    .body(stream("a", "b"), DataBuffer.class)
                    .retrieve()
                    .toBodilessEntity()
                    .block();
        }

        assertThat(good.requests()).containsExactly("POST /x  ab", "POST /x  ab");
    }

    @Test
    void doesNotSendAStreamedBodyTwice() {
        application.publish(SERVICE, application.backend(Behaviour.END), application.backend(Behaviour.END));

        assertThatThrownBy(() -> webClient(false)
                        .put()
                        .uri("http://things/x")
                        .body(stream("a", "b"), DataBuffer.class)
                        .retrieve()
                        .toBodilessEntity()
                        .block())
                .isInstanceOf(RuntimeException.class);

        assertThat(application.report(SERVICE).retries()).isZero();
    }

    @Test
    void doesNotSendABodyTwiceThatTheClientReadBeforeItWasRefused() {
        application.publish(
                SERVICE,
                TestViews.instance("one", Backend.refusingPort(), InstanceStatus.UP),
                TestViews.instance("two", Backend.refusingPort(), InstanceStatus.UP));
        AtomicInteger reads = new AtomicInteger();

        // The JDK's connector asks for a body of one part before it connects.
        assertThatThrownBy(() -> webClient(true)
                        .post()
                        .uri("http://things/x")
                        .body(Mono.fromSupplier(() -> "part " + reads.incrementAndGet()), String.class)
                        .retrieve()
                        .toBodilessEntity()
                        .block())
                .isInstanceOf(RuntimeException.class);

        assertThat(reads).hasValueLessThanOrEqualTo(1);
    }

    @Test
    void sendsAValueAgain() {
        Backend good = application.backend(Behaviour.ANSWER);
        application.publish(SERVICE, application.backend(Behaviour.END), good);

        for (int i = 0; i < 2; i++) {
            webClient(false)
                    .put()
                    .uri("http://things/json")
                    .bodyValue(List.of("a"))
                    .retrieve()
                    .toBodilessEntity()
                    .block();
            webClient(false)
                    .put()
                    .uri("http://things/form")
                    .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                    .body(BodyInserters.fromFormData(new LinkedMultiValueMap<>(java.util.Map.of("k", List.of("v")))))
                    .retrieve()
                    .toBodilessEntity()
                    .block();
        }

        assertThat(good.requests()).hasSize(4).containsOnly("PUT /json  [\"a\"]", "PUT /form  k=v");
        assertThat(application.report(SERVICE).retries()).isPositive();
    }

    @Test
    void bringsARefusingInstanceBackWhenTheRegistrySaysSo() {
        Backend good = application.backend(Behaviour.ANSWER);
        Instance gone = TestViews.instance("zz", Backend.refusingPort(), InstanceStatus.UP);
        Instance there = TestViews.instance(good.id(), good.port(), InstanceStatus.UP);
        application.publish(SERVICE, there, gone);
        ClientKind.Caller caller = ClientKind.REST_CLIENT_JDK.of(application.context(), SERVICE);
        caller.get();
        caller.get();
        assertThat(ejected()).isEqualTo(1);

        application.publish(SERVICE, there);
        application.publish(SERVICE, there, gone);

        assertThat(ejected()).isZero();
    }

    private long ejected() {
        return application.report(SERVICE).endpoints().stream()
                .filter(endpoint -> endpoint.statistics().ejected())
                .count();
    }

    private Backend publishRefusingAnd(Behaviour behaviour) {
        Backend good = application.backend(behaviour);
        application.publish(
                SERVICE,
                TestViews.instance("a-gone", Backend.refusingPort(), InstanceStatus.UP),
                TestViews.instance(good.id(), good.port(), InstanceStatus.UP));
        return good;
    }

    private WebClient webClient(boolean jdk) {
        return ClientKind.webClient(application.context(), jdk, Duration.ofSeconds(40))
                .build();
    }

    private static Flux<DataBuffer> stream(String... parts) {
        return Flux.just(parts)
                .map(part -> DefaultDataBufferFactory.sharedInstance.wrap(part.getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpRequest signed(HttpRequest request, String signature) {
        HttpRequestWrapper wrapper = new HttpRequestWrapper(request) {
            private final org.springframework.http.HttpHeaders headers = new org.springframework.http.HttpHeaders();

            @Override
            public org.springframework.http.HttpHeaders getHeaders() {
                return headers;
            }
        };
        wrapper.getHeaders().putAll(request.getHeaders());
        wrapper.getHeaders().set("X-Signature", signature);
        return wrapper;
    }

    private static int suppressedIn(Throwable thrown) {
        int count = 0;
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            count += each.getSuppressed().length;
        }
        return count;
    }
}
