package io.muster.stacks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Headers;
import io.muster.client.InstanceRegistration;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestFleet;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.TestTraffic;
import io.muster.lb.Outcome;
import io.muster.stacks.gateway.GatewayStack.OpenStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(300)
class GatewayTest {
    private static GatewayStack stack;

    @BeforeAll
    static void startAll() {
        stack = GatewayStack.start();
    }

    @AfterAll
    static void stopAll() {
        stack.close();
    }

    @Test
    void spreadsRequestsAndKnowsHowTheyWent() {
        TestTraffic traffic = stack.traffic("stock");

        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            answers.add(stack.get("/stock/who"));
        }

        assertThat(answers).containsExactly("one", "two");
        traffic.awaitOnly(Outcome.SUCCESS, 20);
        assertThat(traffic.endpoints()).hasSize(2).allSatisfy(endpoint -> {
            assertThat(endpoint.statistics().successes()).isGreaterThanOrEqualTo(10);
            assertThat(endpoint.statistics().latencyNanos()).isPositive();
            assertThat(endpoint.statistics().expectedInFlight()).isNotNegative();
        });
        assertThat(stack.send(stack.request("/stock/who")).headers().firstValue(Headers.LOAD))
                .as("the load that only the gateway asked for")
                .isEmpty();
    }

    @Test
    void endsAStreamAtItsEndAndNotBefore() throws Exception {
        TestTraffic traffic = stack.traffic("stock");

        OpenStream stream = stack.openStream();
        assertThat(traffic.inFlight()).isEqualTo(1);
        stream.emit("more");
        assertThat(stream.read()).isEqualTo("more");
        assertThat(traffic.inFlight()).isEqualTo(1);
        assertThat(traffic.ended(Outcome.SUCCESS)).isZero();
        stream.complete();

        traffic.awaitOnly(Outcome.SUCCESS, 1);
    }

    @Test
    void countsACallerWhoGivesUpBeforeTheAnswerAsCancelled() {
        TestTraffic traffic = stack.traffic("stock");

        CompletableFuture<HttpResponse<String>> call = callSlow();
        assertThat(traffic.inFlight()).isEqualTo(1);
        assertThat(call.cancel(true)).isTrue();

        traffic.awaitOnly(Outcome.CANCELLED, 1);
    }

    @Test
    void countsACallerWhoGivesUpAStreamAsCancelled() throws Exception {
        TestTraffic traffic = stack.traffic("stock");

        stack.openStream().reader().close();

        traffic.awaitOnly(Outcome.CANCELLED, 1);
    }

    @Test
    void countsAServerError() {
        TestTraffic traffic = stack.traffic("stock");

        assertThat(stack.status("/stock/error")).isEqualTo(500);

        traffic.awaitOnly(Outcome.SERVER_ERROR, 1);
    }

    @Test
    void countsTheGatewaysTimeLimitAsTimeout() {
        TestTraffic traffic = stack.traffic("stock");

        assertThat(stack.status("/hasty/slow")).isEqualTo(504);

        traffic.awaitOnly(Outcome.TIMEOUT, 1);
    }

    @Test
    void countsABodyThatBreaksAsFailure() {
        TestTraffic traffic = stack.traffic("stock");

        CompletableFuture<HttpResponse<String>> call =
                stack.client().sendAsync(stack.request("/stock/broken"), BodyHandlers.ofString());

        assertThat(call).failsWithin(60, TimeUnit.SECONDS);
        traffic.awaitOnly(Outcome.FAILURE, 1);
    }

    @Test
    void endsEachRequestOfAFilterThatRepeatsThem() {
        TestTraffic traffic = stack.traffic("stock");

        assertThat(stack.status("/stubborn/error")).isEqualTo(500);

        traffic.awaitOnly(Outcome.SERVER_ERROR, 3);
    }

    @Test
    void endsARequestWhoseAnswerAFilterRewrites() {
        TestTraffic traffic = stack.traffic("stock");

        assertThat(stack.get("/rewritten/who")).startsWith("<").endsWith(">");

        traffic.awaitOnly(Outcome.SUCCESS, 1);
    }

    @Test
    void countsAWebSocketSessionAsUnderWayUntilItEnds() {
        TestTraffic traffic = stack.traffic("stock");
        Sinks.Empty<Void> hangUp = Sinks.empty();
        CompletableFuture<String> answer = new CompletableFuture<>();

        Disposable session = new ReactorNettyWebSocketClient()
                .execute(
                        stack.uri("ws", "/sockets/socket"),
                        opened -> Mono.when(
                                opened.send(Mono.just(opened.textMessage("hello"))),
                                opened.receive().doOnNext(message -> answer.complete(message.getPayloadAsText())),
                                hangUp.asMono().then(opened.close())))
                .subscribe();
        assertThat(answer).succeedsWithin(60, TimeUnit.SECONDS).isEqualTo("hello");
        assertThat(traffic.inFlight()).isEqualTo(1);
        hangUp.tryEmitEmpty().orThrow();

        traffic.awaitOnly(Outcome.CANCELLED, 1);
        session.dispose();
    }

    @Test
    void answers503WhenThereIsNobody() {
        assertThat(stack.status("/nobody/who")).isEqualTo(503);
    }

    @Test
    void triesAnotherInstanceWhenOneRefuses() {
        RegistryClient client = stack.gateway().getBean(RegistryClient.class);
        InstanceRegistration dead = stack.fleet().registerDead(stack.gateway(), "fleet");
        TestTraffic traffic = stack.traffic("fleet");
        TestRegistry.waiting()
                .until(() -> client.view("fleet").up().stream()
                        .anyMatch(instance -> instance.id().equals("dead")));

        for (int i = 0; i < 4; i++) {
            HttpRequest request = HttpRequest.newBuilder(stack.uri("http", "/fleet/echo"))
                    .POST(BodyPublishers.ofString("body " + i))
                    .build();
            assertThat(stack.send(request).body()).isEqualTo("body " + i);
        }

        TestRegistry.waiting()
                .untilAsserted(() -> assertThat(traffic.rotation()).isNotEmpty().doesNotContain("dead"));
        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.SUCCESS)).isEqualTo(4);
        assertThat(traffic.ended(Outcome.REFUSED)).isPositive();
        TestRegistry.waiting()
                .until(() -> stack.fleet().registry().instances("fleet").stream()
                        .anyMatch(instance -> instance.reason().contains("refuses connections")));
        dead.close();
    }

    @Test
    void repeatsAReadWhoseConnectionBreaksBeforeTheAnswer() {
        TestTraffic traffic = stack.traffic("stock");
        Stock.drops.set(1);

        assertThat(stack.get("/stock/flaky")).isIn("one", "two");

        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.FAILURE)).isEqualTo(1);
        assertThat(traffic.ended(Outcome.SUCCESS)).isEqualTo(1);
    }

    @Test
    void sendsARequestElsewhereThatABusyInstanceDeclines() {
        for (int i = 0; i < 20; i++) {
            stack.get("/stock/who");
        }
        TestTraffic traffic = stack.traffic("stock");
        List<CompletableFuture<HttpResponse<String>>> others = stack.occupy(0, 6);
        try {
            HttpResponse<String> first = stack.send(stack.request("/stock/who"));
            HttpResponse<String> second = stack.send(stack.request("/stock/who"));

            assertThat(List.of(first.body(), second.body())).containsOnly("two");
            assertThat(List.of(first.statusCode(), second.statusCode())).containsOnly(200);
            assertThat(List.of(first, second))
                    .allSatisfy(answer -> assertThat(answer.headers().firstValue(Headers.LOAD))
                            .isEmpty());
            traffic.awaitIdle();
            assertThat(traffic.ended(Outcome.DECLINED)).isOne();
            assertThat(traffic.ended(Outcome.SUCCESS)).isEqualTo(2);
        } finally {
            others.forEach(call -> call.cancel(true));
        }
    }

    @Test
    void declinesNoWebSocketWhoseCallerHasHisAnswerAlready() {
        for (int i = 0; i < 20; i++) {
            stack.get("/stock/who");
        }
        TestTraffic traffic = stack.traffic("stock");
        List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>(stack.occupy(0, 6));
        others.addAll(stack.occupy(1, 6));
        try {
            CompletableFuture<String> answer = new CompletableFuture<>();
            Disposable session = new ReactorNettyWebSocketClient()
                    .execute(
                            stack.uri("ws", "/stock/socket"),
                            opened -> opened.send(Mono.just(opened.textMessage("hello")))
                                    .thenMany(opened.receive()
                                            .doOnNext(message -> answer.complete(message.getPayloadAsText())))
                                    .then())
                    .subscribe();

            assertThat(answer).succeedsWithin(60, TimeUnit.SECONDS).isEqualTo("hello");
            session.dispose();
            traffic.awaitIdle();
            assertThat(traffic.ended(Outcome.DECLINED)).isZero();
        } finally {
            others.forEach(call -> call.cancel(true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST"})
    void doesNotSendABodyTwice(String method) {
        TestTraffic traffic = stack.traffic("stock");
        Stock.drops.set(1);

        HttpRequest request = HttpRequest.newBuilder(stack.uri("http", "/stock/flaky"))
                .method(method, BodyPublishers.ofString("body"))
                .build();
        assertThat(stack.send(request).statusCode()).isEqualTo(500);

        traffic.awaitOnly(Outcome.FAILURE, 1);
    }

    @Test
    void failsNoRequestWhenAnInstanceIsKilled() throws InterruptedException {
        TestTraffic traffic = stack.traffic("fleet");
        TestRegistry.waiting().until(() -> stack.get("/fleet/who").equals(TestFleet.DOOMED));

        stack.fleet().killDoomed();
        for (int i = 0; i < 50; i++) {
            assertThat(stack.get("/fleet/who")).isEqualTo("safe");
        }

        TestRegistry.waiting().until(() -> traffic.rotation().equals(List.of("safe")));
        traffic.awaitIdle();
    }

    @Test
    void sendsADrainingInstanceNothingNewAndFinishesWhatItHas() throws Exception {
        ConfigurableApplicationContext stopping = stack.fleet().startInstance("stock", "stopping");
        TestTraffic traffic = stack.traffic("stock");
        TestRegistry.waiting().until(() -> {
            stack.get("/stock/who");
            return traffic.rotation().contains("stopping");
        });
        List<OpenStream> others = new ArrayList<>();
        OpenStream held = stack.openStream();
        while (!held.instance().equals("stopping")) {
            others.add(held);
            held = stack.openStream();
        }

        CompletableFuture<Void> stop = CompletableFuture.runAsync(stopping::close);
        TestRegistry.waiting().until(() -> !traffic.rotation().contains("stopping"));
        for (int i = 0; i < 30; i++) {
            assertThat(stack.get("/stock/who")).isNotEqualTo("stopping");
        }
        held.emit("still here");
        assertThat(held.read()).isEqualTo("still here");
        held.complete();

        assertThat(stop).succeedsWithin(60, TimeUnit.SECONDS);
        for (OpenStream other : others) {
            other.reader().close();
        }
        traffic.awaitIdle();
    }

    private static CompletableFuture<HttpResponse<String>> callSlow() {
        int before = Stock.waiting.get();
        CompletableFuture<HttpResponse<String>> call =
                stack.client().sendAsync(stack.request("/stock/slow"), BodyHandlers.ofString());
        TestRegistry.waiting().until(() -> Stock.waiting.get() > before);
        return call;
    }
}
