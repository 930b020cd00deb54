package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Two applications with the same scope, and what neither can do to the other. */
class OwnershipTest {
    private static RunningRegistry registry;
    private String generation = "";

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start(new TestTokens()
                .with("alice", "read", "register:*")
                .with("bob", "read", "register:*")
                .and());
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @BeforeEach
    void registerAlices() {
        HttpResponse<String> answer = call("alice", "PUT", "/v1/services/orders/instances/a", instance("p1", 8080));
        generation = answer.body().replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
        assertThat(generation).as(answer.body()).matches("[0-9]+:[0-9]+");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, ''",
        "PATCH, ?generation=GEN",
        "DELETE, ?generation=GEN",
        "POST, /drain?generation=GEN&timeout=1ms",
    })
    void anotherTokenCannotTouchAnInstance(String method, String rest) {
        String body =
                method.equals("PUT") ? instance("p9", 8080) : method.equals("PATCH") ? "{\"status\":\"DRAINING\"}" : "";
        String path = "/v1/services/orders/instances/a" + rest.replace("GEN", generation);
        HttpResponse<String> refused = call("bob", method, path, body);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        assertThat(problem(refused).type()).isEqualTo("urn:muster:problem:not-owner");
        assertThat(refused.body()).doesNotContain("alice");
        assertThat(call("bob", "GET", "/v1/services/orders", "").body()).contains("\"status\":\"UP\"", generation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/heartbeats", "/v1/heartbeats?strict=true"})
    void anotherTokensHeartbeatRenewsNothing(String path) {
        String beat = "{\"instances\":[{\"namespace\":\"default\",\"service\":\"orders\",\"id\":\"a\",\"generation\":\""
                + generation + "\"}]}";
        assertThat(call("alice", "POST", path, beat).body()).isEqualTo("{\"unknown\":[]}");
        assertThat(call("bob", "POST", path, beat).body())
                .contains("\"unknown\":[{")
                .contains(generation);
    }

    @Test
    void anAddressInUseCannotBeClaimed() {
        HttpResponse<String> refused = call("bob", "PUT", "/v1/services/other/instances/b", instance("p2", 8080));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(problem(refused).type()).isEqualTo("urn:muster:problem:address-taken");
        assertThat(problem(refused).field()).isEqualTo("port");
        assertThat(call("bob", "GET", "/v1/services/orders", "").body()).contains(generation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "::ffff:169.254.169.254", "nobody.invalid", "8.8.8.8", "0.0.0.0"})
    void aHostThatIsNowhereAllowedIsNamed(String host) {
        HttpResponse<String> refused = call(
                "bob",
                "PUT",
                "/v1/services/other/instances/c",
                instance("p3", 81).replace("127.0.0.1", host));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(problem(refused).field()).isEqualTo("host");
        assertThat(problem(refused).value()).isEqualTo(host);
        assertThat(call("bob", "GET", "/v1/services/other", "").body()).contains("\"instances\":[]");
    }

    @Test
    void aWebServerWithoutTheGateServesNothing() {
        HttpHandler handler =
                WebHttpHandlerBuilder.applicationContext(registry.context()).build();
        DisposableServer bare = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(handler))
                .bindNow();
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            registry.url().resolve("http://127.0.0.1:" + bare.port() + "/v1/services"))
                    .header("Authorization", "Bearer mst_alice")
                    .build();
            HttpResponse<String> answer = registry.send(request);
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain("orders");
        } finally {
            bare.disposeNow();
        }
    }

    private static String instance(String process, int port) {
        return "{\"process\":\"" + process + "\",\"host\":\"127.0.0.1\",\"port\":" + port + ",\"status\":\"UP\"}";
    }

    private static HttpResponse<String> call(String token, String method, String path, String body) {
        return registry.send(HttpRequest.newBuilder(registry.url().resolve(path))
                .header("Authorization", "Bearer " + TestTokens.token(token))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build());
    }

    private static Problem problem(HttpResponse<String> answer) {
        return JsonCodec.client()
                .decode(answer.body().getBytes(StandardCharsets.UTF_8), Problem.class)
                .value();
    }
}
