package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.Headers;
import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import io.muster.api.WatcherEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

/** Which token each call needs. */
@Timeout(60)
class TokenAccessTest {
    private static final String INSTANCE =
            "{\"process\":\"p1\",\"host\":\"127.0.0.1\",\"port\":8080,\"status\":\"UP\"}";
    private static final int WAIT_MILLIS = 30_000;
    private static final List<String> ALL = List.of("reader", "registrar", "operator", "leaser");

    private static RunningRegistry registry;
    private String generation = "";

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start(new TestTokens()
                .with("reader", "read")
                .with("registrar", "register:orders*")
                .with("operator", "operate")
                .with("leaser", "lease:*")
                .with("tenant", "read", "register:*", "operate")
                .also("namespaces[0]=blue")
                .and());
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @BeforeEach
    void register() {
        HttpResponse<String> answer = call("PUT", "/v1/services/orders/instances/a", "registrar", INSTANCE);
        generation = answer.body().replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
        assertThat(generation).as(answer.body()).matches("[0-9]+:[0-9]+");
    }

    /** The whole API: who may make the call, what it answers then, and which scope is missed otherwise. */
    @ParameterizedTest
    @CsvSource({
        "GET, /v1/services/orders, reader, 200, read",
        "GET, /v1/services/orders?namespace=default, reader, 200, read",
        "GET, /v1/services/orders?status=UP, reader, 200, read",
        "GET, /v1/services, reader, 200, read",
        "GET, /v1/services/orders/history, reader, 200, read",
        "GET, /v1/services/orders?position=GEN&wait=10ms, reader, 200, read",
        "GET, /v3/api-docs, reader, 200, read",
        "GET, /actuator/health, reader, 200, read",
        "GET, /actuator/prometheus, reader, 200, read",
        "GET, /actuator/info, reader, 200, read",
        "GET, /actuator, reader, 200, read",
        "GET, /nowhere, reader, 404, read",
        "POST, /v1/reports, reader, 202, read",
        "POST, /v1/watch/0123/ack, reader, 404, read",
        "PUT, /v1/watch/0123/services, reader, 404, read",
        "DELETE, /v1/watch/0123, reader, 404, read",
        "POST, /v1/heartbeats, registrar, 200, register",
        "POST, /v1/heartbeats?strict=true, registrar, 200, register",
        "PUT, /v1/services/orders/instances/b, registrar, 201, register:orders",
        "PUT, /v1/services/orders-eu/instances/b, registrar, 201, register:orders-eu",
        "PATCH, /v1/services/orders/instances/a?generation=GEN, registrar, 200, register:orders",
        "POST, /v1/services/orders/instances/a/drain?generation=GEN&timeout=1ms, registrar, 200, register:orders",
        "DELETE, /v1/services/orders/instances/a?generation=GEN, registrar, 204, register:orders",
        "DELETE, /v1/operator/silence, operator, 404, operate",
        "DELETE, /v1/services/orders, operator, 405, operate",
        "POST, /nowhere, operator, 404, operate",
        // They are off here.
        "GET, /v1/leases, leaser, 503, lease",
        "GET, /v1/leases/nightly, leaser, 503, lease",
        "GET, /v1/leases/nightly/history, leaser, 503, lease",
        "POST, /v1/leases/acquire, leaser, 503, lease",
        "POST, /v1/leases/renew, leaser, 503, lease",
        "POST, /v1/leases/release, leaser, 503, lease",
        "DELETE, /v1/operator/leases/nightly, operator, 503, operate",
        // It is no cluster.
        "GET, /v1/operator/cluster, operator, 404, operate",
        "DELETE, /v1/operator/cluster/members/b, operator, 404, operate",
        "GET, /actuator/muster, reader, 200, read",
    })
    void aCallNeedsItsScope(String method, String path, String holder, int status, String scope) {
        String target = path.replace("GEN", generation);
        HttpResponse<String> without = call(method, target, null, body(method, path));
        assertThat(without.statusCode()).as(without.body()).isEqualTo(401);
        assertThat(without.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer"));
        assertThat(without.headers().firstValue(Headers.POSITION)).isPresent();

        for (String other : ALL) {
            if (!other.equals(holder)) {
                HttpResponse<String> refused = call(method, target, other, body(method, path));
                assertThat(refused.statusCode())
                        .as("%s: %s", other, refused.body())
                        .isEqualTo(403);
                Problem problem = problem(refused);
                assertThat(problem.type()).isEqualTo("urn:muster:problem:missing-scope");
                assertThat(problem.detail()).isEqualTo("token " + other + " lacks the scope " + scope);
            }
        }
        HttpResponse<String> served = call(method, target, holder, body(method, path));
        assertThat(served.statusCode()).as(served.body()).isEqualTo(status);
    }

    @Test
    void everyMappingOfTheServerStandsInTheTable() {
        RequestMappingHandlerMapping mapping =
                registry.context().getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
            String path = info.getPatternsCondition()
                    .getPatterns()
                    .iterator()
                    .next()
                    .getPatternString()
                    .replaceAll("\\{[^}]*}", "x");
            for (var method : info.getMethodsCondition().getMethods()) {
                HttpMethod verb = method.asHttpMethod();
                HttpResponse<String> answer = call(verb.name(), path, null, null);
                assertThat(answer.statusCode()).as("%s %s", verb, path).isIn(401, 429);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE /v1/%6fperator/silence",
                "DELETE /v1/operator;a=b/silence",
                "DELETE /v1;x/operator/silence",
                "PUT /v1/services/payments/instances/a",
                "PUT /v1/services/pay%6dents/instances/a",
                "PUT /v1/services/payments;orders/instances/a",
                "PUT /v1/services/orders/../payments/instances/a",
                "PUT /v1/services/orders%2F..%2Fpayments/instances/a",
                "PUT //v1/services/payments/instances/a",
                "PUT /v1//services/payments/instances/a",
                "PUT /./v1/services/payments/instances/a",
            })
    void noSpellingOfAPathGetsAroundItsScope(String line) throws IOException {
        String answer = raw(line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mst_registrar\r\n"
                + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + INSTANCE.length()
                + "\r\n\r\n" + INSTANCE);
        // A name with a slash in it begins like a permitted one, and is no name.
        assertThat(answer).as(line).startsWith(line.contains("%2F") ? "HTTP/1.1 400 " : "HTTP/1.1 403 ");
        assertThat(call("GET", "/v1/services/payments", "reader", null).body()).contains("\"instances\":[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/services/pay?namespace=default",
                "GET /%76%31/services/pay?namespace=default",
                "GET /%76%31/services/pay",
                "GET /v1/%73ervices/pay?namespace=default",
                "GET /v1;x/services/pay?namespace=default",
                "GET /v1/services/pay;x?namespace=default",
                "GET //v1/services/pay?namespace=default",
                "GET /v1//services/pay?namespace=default",
                "GET /v1/watch?service=pay",
                "GET /v1/w%61tch?service=pay",
                "GET /v1;x/watch;y?service=pay",
                "GET /v1/watch/?service=pay",
                "GET /v1/operator/settings",
                "DELETE /v1/operator/silence",
                "DELETE /v1/operator/sil%65nce",
                "PUT /v1;x/operator/services/pay?namespace=default",
                "PUT /v1/services/pay/instances/a?namespace=default",
                "PUT /v%31/services/pay/instances/a?namespace=default",
            })
    void noSpellingOfAPathGetsAroundItsNamespace(String line) throws IOException {
        String answer = raw(line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mst_tenant\r\n"
                + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + INSTANCE.length()
                + "\r\n\r\n" + INSTANCE);
        assertThat(answer).as(line).startsWith("HTTP/1.1 403 ").contains("foreign-namespace");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://localhost/v1/services",
                "GET /v1/services#x",
                "GET /v1/\u007fx",
                "GET *",
                "GET /%",
                "GET /v1/%",
                "GET /v1/%zz",
                "GET /v1/services/%2",
                "GET /v1/services?namespace=%"
            })
    void aUriThatMayBeReadInTwoWaysIsRefused(String line) throws IOException {
        String answer = raw(line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mst_reader\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void onlyLivenessAndReadinessAreForEverybody() {
        assertThat(call("GET", "/actuator/health/liveness", null, null).statusCode())
                .isEqualTo(200);
        assertThat(call("GET", "/actuator/health/readiness", null, null).statusCode())
                .isEqualTo(200);
        for (String path : List.of(
                "/actuator/health/ping",
                "/actuator/health/livenessState",
                "/actuator/health/liveness/x",
                "/actuator/health/x/../liveness")) {
            assertThat(call("GET", path, null, null).statusCode()).as(path).isEqualTo(401);
        }
    }

    @Test
    void theActuatorsOwnPortAsksForTokensToo() {
        String[] properties = new TestTokens()
                .with("reader", "read")
                .and("management.server.port=0", "management.server.base-path=/manage");
        try (RunningRegistry separate = RunningRegistry.start(properties)) {
            URI management = URI.create("http://127.0.0.1:"
                    + separate.context().getEnvironment().getRequiredProperty("local.management.port"));
            Map<String, Integer> withoutToken = Map.of(
                    "/manage/actuator/health/liveness", 200,
                    "/manage/actuator/health", 401,
                    "/manage/actuator/prometheus", 401,
                    "/actuator/health/liveness", 401);
            withoutToken.forEach((path, status) -> assertThat(patiently(
                                    separate,
                                    HttpRequest.newBuilder(management.resolve(path))
                                            .build())
                            .statusCode())
                    .as(path)
                    .isEqualTo(status));
            assertThat(patiently(
                                    separate,
                                    HttpRequest.newBuilder(management.resolve("/manage/actuator/prometheus"))
                                            .header("Authorization", "Bearer mst_reader")
                                            .build())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer mst_reade",
                "Bearer mst_reader2",
                "Basic bXN0X3JlYWRlcg==",
                "mst_reader"
            })
    void whatIsNoKnownTokenIsNone(String header) {
        HttpRequest request = HttpRequest.newBuilder(registry.url().resolve("/v1/services/orders"))
                .header("Authorization", header)
                .build();
        assertThat(patiently(registry, request).statusCode()).isEqualTo(401);
    }

    @Test
    void aStreamNeedsReadAndForItsInstanceRegister() {
        Map<String, String> reader = Map.of("Authorization", "Bearer mst_reader");
        try (EventStream none = EventStream.open(registry, "?service=orders");
                EventStream reading = EventStream.open(registry, "?service=orders", reader);
                EventStream pretending =
                        EventStream.open(registry, "?instance=orders/a&generation=" + generation, reader)) {
            assertThat(none.status()).isIn(401, 429);
            assertThat(reading.status()).isEqualTo(200);
            assertThat(pretending.status()).isEqualTo(403);
        }
    }

    @Test
    void aTokenOfANamespaceWorksThereAlone() {
        for (String path : List.of("/v1/services/orders", "/v1/services", "/v1/services/orders/history")) {
            assertThat(call("GET", path + "?namespace=blue", "tenant", null).statusCode())
                    .as(path)
                    .isEqualTo(200);
            for (String other : List.of(
                    "",
                    "?namespace=green",
                    "?n%61mespace=green",
                    "?=namespace=green",
                    "?namespace=blue&namespace=green")) {
                assertThat(call("GET", path + other, "tenant", null).statusCode())
                        .as(path + other)
                        .isEqualTo(403);
            }
        }
        assertThat(call("PUT", "/v1/services/orders/instances/z", "tenant", INSTANCE)
                        .statusCode())
                .isEqualTo(403);
        assertThat(call("PUT", "/v1/services/orders/instances/z?namespace=blue", "tenant", INSTANCE)
                        .statusCode())
                .isIn(200, 201);
        Map<String, String> tenant = Map.of("Authorization", "Bearer mst_tenant");
        try (EventStream foreign = EventStream.open(registry, "?service=orders&namespace=green", tenant)) {
            assertThat(foreign.status()).isEqualTo(403);
        }
    }

    @Test
    void aTokenOfANamespaceMakesTheCallsThatNameNoneInTheirQuery() {
        String registered = call(
                        "PUT",
                        "/v1/services/mine/instances/z?namespace=blue",
                        "tenant",
                        INSTANCE.replace("8080", "8099"))
                .body();
        String own = reference("blue", "mine", "z", registered.replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1"));
        String foreign = reference("default", "orders", "a", generation);

        HttpResponse<String> renewed =
                call("POST", "/v1/heartbeats", "tenant", "{\"instances\":[" + own + "," + foreign + "]}");
        assertThat(renewed.statusCode()).as(renewed.body()).isEqualTo(200);
        assertThat(renewed.body()).contains("\"orders\"").doesNotContain("\"mine\"");
        assertThat(call("POST", "/v1/reports", "tenant", "{\"instances\":[" + own + "," + foreign + "]}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(call("GET", "/v1/operator/silence", "tenant", null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aTokenOfANamespaceUsesTheStreamsOfThatNamespaceAlone() {
        for (String namespace : List.of("blue", "default")) {
            String holder = namespace.equals("blue") ? "tenant" : "reader";
            try (EventStream stream = EventStream.open(
                    registry,
                    "?ack=true&service=orders&namespace=" + namespace,
                    Map.of("Authorization", "Bearer " + TestTokens.token(holder)))) {
                String watcher =
                        stream.next(WatcherEvent.NAME).as(WatcherEvent.class).watcher();
                String path = "/v1/watch/" + watcher;
                int used = namespace.equals("blue") ? 204 : 403;
                String position = "{\"position\":\"" + generation + "\"}";
                assertThat(call("POST", path + "/ack", "tenant", position).statusCode())
                        .isEqualTo(used);
                assertThat(call("POST", path + "/ack?strict=true", "tenant", position)
                                .statusCode())
                        .isEqualTo(used);
                assertThat(call("PUT", path + "/services", "tenant", "{\"services\":[]}")
                                .statusCode())
                        .isEqualTo(used);
                assertThat(call("DELETE", path, "tenant", null).statusCode()).isEqualTo(used == 204 ? 204 : 404);
            }
        }
    }

    private static String reference(String namespace, String service, String id, String generation) {
        return "{\"namespace\":\"" + namespace + "\",\"service\":\"" + service + "\",\"id\":\"" + id
                + "\",\"generation\":\"" + generation + "\"}";
    }

    private @Nullable String body(String method, String path) {
        if (method.equals("PATCH")) {
            return "{\"weight\":7}";
        }
        if (path.endsWith("/acquire")) {
            return "{\"name\":\"nightly\",\"holder\":\"a\",\"requestId\":\"00000000-0000-0000-0000-000000000001\",\"ttl\":\"15s\"}";
        }
        if (path.endsWith("/renew")) {
            return "{\"keys\":[{\"name\":\"nightly\",\"token\":1}]}";
        }
        if (path.endsWith("/release")) {
            return "{\"name\":\"nightly\",\"token\":1}";
        }
        if (path.contains("/ack")) {
            return "{\"position\":\"1:1\"}";
        }
        if (path.endsWith("/services") && method.equals("PUT")) {
            return "{\"services\":[]}";
        }
        if (path.contains("/heartbeats") || path.contains("/reports")) {
            return "{\"instances\":[{\"namespace\":\"default\",\"service\":\"orders\",\"id\":\"a\",\"generation\":\""
                    + generation + "\"}]}";
        }
        return method.equals("PUT")
                ? INSTANCE.replace("p1", "p" + path.length()).replace("8080", "9" + path.length())
                : null;
    }

    private static HttpResponse<String> call(
            String method, String path, @Nullable String holder, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(registry.url().resolve(path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (holder != null) {
            request.header("Authorization", "Bearer " + TestTokens.token(holder));
        }
        return patiently(registry, request.build());
    }

    /** Many calls without a token are limited; the next second takes more of them. */
    private static HttpResponse<String> patiently(RunningRegistry server, HttpRequest request) {
        return await().atMost(Duration.ofSeconds(40))
                .until(() -> server.send(request), answer -> answer.statusCode() != 429);
    }

    /**
     * What is answered until the connection closes. One limit for all of it: where a stream is served by mistake, comments
     * come for ever, each in time, and no interruption ends a read.
     */
    private static String raw(String request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), registry.port()), WAIT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            long begun = System.nanoTime();
            byte[] buffer = new byte[4096];
            int read = 0;
            while (read >= 0) {
                answer.write(buffer, 0, read);
                long left = WAIT_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                if (left <= 0) {
                    throw new SocketTimeoutException();
                }
                socket.setSoTimeout((int) left);
                read = socket.getInputStream().read(buffer);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("not over within 30 s: " + answer.toString(StandardCharsets.UTF_8), e);
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    private static Problem problem(HttpResponse<String> answer) {
        return JsonCodec.client()
                .decode(answer.body().getBytes(StandardCharsets.UTF_8), Problem.class)
                .value();
    }
}
