package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerRoutes;

/** Where requests go, and what becomes of their headers. */
@Timeout(60)
class ProxyRoutingTest {
    private static RunningProxy proxy;

    @BeforeAll
    static void start() {
        proxy = RunningProxy.start();
        proxy.instance("orders", "o1", ProxyRoutingTest::echo);
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    /** Answers with the request as it arrived. */
    static HttpServerRoutes echo(HttpServerRoutes routes) {
        return routes.route(
                any -> true,
                (request, response) -> response.header("X-Muster-Load", "1;0.5")
                        .header("X-Kept", "yes")
                        .header("Connection", "X-Dropped")
                        .header("X-Dropped", "yes")
                        .sendByteArray(request.receive()
                                .aggregate()
                                .asString()
                                .defaultIfEmpty("")
                                .map(body -> dump(request, body).getBytes(StandardCharsets.UTF_8))));
    }

    private static String dump(HttpServerRequest request, String body) {
        Map<String, String> headers = new TreeMap<>();
        request.requestHeaders()
                .forEach(header -> headers.merge(
                        header.getKey().toLowerCase(java.util.Locale.ROOT), header.getValue(), (a, b) -> a + "|" + b));
        return request.method() + " " + request.uri() + "\n" + headers + "\n" + body;
    }

    @ParameterizedTest
    @CsvSource({
        "/orders/items/7?x=1&y=%20, /items/7?x=1&y=%20",
        "/orders, /",
        "/orders/, /",
        "/orders?a=b, /?a=b",
        "/orders//a//b, //a//b",
        "/orders/a/../b, /a/../b",
        "/orders/a%2Fb, /a%2Fb",
        "/orders/x?q=a|b^c, /x?q=a|b^c",
        "/orders/x:y;z=1, /x:y;z=1"
    })
    void theFirstPartOfThePathIsTheService(String path, String forwarded) throws IOException {
        String answer = proxy.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("GET " + forwarded + "\n");
    }

    @Test
    void theHostMayNameTheServiceAndItsNamespace() throws IOException {
        proxy.instance("orders", "green1", ProxyRoutingTest::echo);
        proxy.register("billing", "b1", greenPort(), "UP", "green");

        assertThat(proxy.raw(get("/a/b", "orders.muster.internal"))).contains("GET /a/b\n");
        assertThat(proxy.raw(get("/a/b", "billing.green.muster.internal:7080"))).contains("GET /a/b\n");
        assertThat(proxy.raw(get("/a/b", "billing.muster.internal"))).startsWith("HTTP/1.1 404 ");
        assertThat(proxy.get("/billing/x", "X-Muster-Namespace", "green").body())
                .contains("GET /x\n")
                .doesNotContain("x-muster-namespace");
        assertThat(proxy.get("/billing/x").statusCode()).isEqualTo(404);
        assertThat(
                        proxy.raw(
                                "GET http://orders.muster.internal/z HTTP/1.1\r\nHost: orders.muster.internal\r\nConnection: close\r\n\r\n"))
                .contains("GET /z\n");
    }

    private int greenPort() {
        return proxy.instance("green-source", "s", ProxyRoutingTest::echo).port();
    }

    @Test
    void headersOfAConnectionEndAndEachSideIsToldOfTheOther() throws IOException {
        String answer = proxy.raw(request(
                "abc",
                "POST /orders/x HTTP/1.1",
                "Host: localhost:7080",
                "Connection: close, X-Hop",
                "X-Hop: 1",
                "Keep-Alive: 5",
                "Proxy-Authorization: Bearer p",
                "TE: trailers",
                "X-Muster-Secret: s",
                "Authorization: Bearer mst_registry",
                "X-Forwarded-For: 6.6.6.6",
                "Forwarded: for=6.6.6.6",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "X-End: kept",
                "Content-Length: 3"));

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("POST /x\n", "\nabc", "x-end=kept", "content-length=3")
                .contains("traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .contains("x-forwarded-for=127.0.0.1", "x-forwarded-host=localhost:7080", "x-forwarded-port=7080")
                .contains("x-forwarded-prefix=/orders", "x-forwarded-proto=http", "via=1.1 muster-")
                .contains("forwarded=for=127.0.0.1;host=\"localhost:7080\";proto=http")
                .contains("host=127.0.0.1:")
                .doesNotContain("x-hop", "keep-alive", "proxy-authorization", "mst_registry", "6.6.6.6", "x-muster-")
                .doesNotContain("user-agent", "accept=")
                .containsIgnoringCase("\r\nX-Kept: yes\r\n")
                .containsIgnoringCase("\r\nVia: 1.1 muster-")
                .doesNotContainIgnoringCase("\r\nX-Muster-Load")
                .doesNotContainIgnoringCase("\r\nX-Dropped");
    }

    @Test
    void applicationsCredentialsPass() {
        assertThat(proxy.get("/orders/x", "Authorization", "Bearer theirs", "Cookie", "a=b")
                        .body())
                .contains("authorization=Bearer theirs", "cookie=a=b");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        HttpResponse<String> answer = proxy.get("/nobody/x");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"status\":404", "service nobody in namespace default");
        assertThat(proxy.get("/v1/services").statusCode()).isEqualTo(404);
        assertThat(proxy.get("/").statusCode()).isEqualTo(404);
        assertThat(proxy.get("/%2e%2e/x").statusCode()).isEqualTo(404);
    }

    @Test
    void onlyInstancesThatAreUpAreCalled() {
        int port = proxy.instance("starting", "s0", ProxyRoutingTest::echo).port();
        proxy.register("starting", "s0", port, "STARTING", "default");
        org.awaitility.Awaitility.await()
                .untilAsserted(
                        () -> assertThat(proxy.get("/starting/x").statusCode()).isEqualTo(503));
        assertThat(proxy.get("/starting/x").body()).contains("No instance of service starting", "STARTING=1");
        assertThat(proxy.get("/starting/x").headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void aRequestThatComesBackIsALoop() {
        proxy.register("self", "self", proxy.port());

        HttpResponse<String> answer = proxy.get("/self/self/self/x");
        assertThat(answer.statusCode()).isEqualTo(508);
    }

    @Test
    void aPageWhoseNameWasMadeToMeanThisMachineIsMisdirected() throws IOException {
        assertThat(proxy.raw(get("/orders/x", "evil.example"))).startsWith("HTTP/1.1 421 ");
    }

    @Test
    void headAndEmptyAnswersHaveNoBody() throws IOException {
        proxy.instance(
                "empty",
                "e1",
                routes -> routes.get(
                                "/none",
                                (request, response) -> response.status(204).send())
                        .head(
                                "/sized",
                                (request, response) ->
                                        response.header("Content-Length", "12").send())
                        .get(
                                "/same",
                                (request, response) -> response.status(304)
                                        .header("ETag", "\"a\"")
                                        .send())
                        .get(
                                "/zero",
                                (request, response) ->
                                        response.header("Content-Length", "0").send()));

        assertThat(proxy.raw(get("/empty/none", "localhost")))
                .startsWith("HTTP/1.1 204 ")
                .endsWith("\r\n\r\n");
        assertThat(proxy.raw(get("/empty/same", "localhost")))
                .startsWith("HTTP/1.1 304 ")
                .endsWith("\r\n\r\n");
        assertThat(proxy.raw(get("/empty/zero", "localhost")))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n");
        assertThat(proxy.raw(get("/empty/sized", "localhost").replace("GET", "HEAD")))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-length: 12")
                .endsWith("\r\n\r\n");
    }

    @Test
    void oldCallersAreAnsweredWithoutChunks() throws IOException {
        proxy.instance(
                "chunky",
                "c1",
                routes -> routes.get(
                        "/",
                        (request, response) -> response.sendString(reactor.core.publisher.Flux.just("one", "two"))));

        assertThat(proxy.raw("GET /chunky/ HTTP/1.0\r\n\r\n"))
                .contains(" 200 ")
                .doesNotContainIgnoringCase("transfer-encoding")
                .endsWith("\r\n\r\nonetwo");
    }

    @Test
    void aConnectionServesManyRequestsAlsoSentAhead() throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            requests.append("POST /orders/p")
                    .append(i)
                    .append(" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nok");
        }
        String answers = proxy.raw(requests + get("/orders/last", "localhost"));

        assertThat(answers.indexOf("POST /p0")).isPositive();
        assertThat(answers.indexOf("POST /p3")).isGreaterThan(answers.indexOf("POST /p0"));
        assertThat(answers.indexOf("GET /last")).isGreaterThan(answers.indexOf("POST /p3"));
    }

    @Test
    void tokensAreAskedForAndNeverPassedOn() {
        try (RunningProxy asking = RunningProxy.start("muster.server.proxy.access.tokens=sha256:"
                + "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0")) {
            asking.instance("orders", "o1", ProxyRoutingTest::echo);

            assertThat(asking.get("/orders/x").statusCode()).isEqualTo(407);
            assertThat(asking.get("/orders/x", "Proxy-Authorization", "Bearer wrong")
                            .statusCode())
                    .isEqualTo(407);
        }
    }

    @Test
    void onOtherAddressesOnlyWhatIsExposedMayBeCalled() {
        assertThatThrownBy(() -> RunningProxy.start("muster.server.proxy.listen.address=0.0.0.0")
                        .close())
                .hasStackTraceContaining("muster.server.proxy.access.expose must name the services");
        try (RunningProxy open = RunningProxy.start(
                "muster.server.proxy.listen.address=0.0.0.0", "muster.server.proxy.access.expose=pub-*,default/one")) {
            open.instance("pub-a", "secret-host:1", ProxyRoutingTest::echo);
            open.instance("private", "p1", ProxyRoutingTest::echo);
            open.instance("one", "o1", ProxyRoutingTest::echo);

            assertThat(open.get("/pub-a/x").statusCode()).isEqualTo(200);
            assertThat(open.get("/one/x").statusCode()).isEqualTo(200);
            assertThat(open.get("/private/x").statusCode()).isEqualTo(404);
            assertThat(open.get("/private/x").body().replace("private", "nothing"))
                    .isEqualTo(open.get("/nothing/x").body());
        }
    }

    @Test
    void itIsOffUnlessItIsSwitchedOn() {
        try (io.muster.registry.RunningRegistry registry = io.muster.registry.RunningRegistry.start()) {
            assertThat(registry.context().getBeansOfType(ProxyServer.class)).isEmpty();
        }
    }

    @Test
    void keysKeepRequestsTogether() {
        try (RunningProxy hashing = RunningProxy.start(
                "muster.server.proxy.services.users.strategy=consistent-hashing",
                "muster.server.proxy.services.users.hash.header=X-User")) {
            for (int i = 0; i < 3; i++) {
                String id = "u" + i;
                hashing.instance(
                        "users",
                        id,
                        routes -> routes.get(
                                "/",
                                (request, response) -> response.sendObject(
                                        Mono.just(Unpooled.copiedBuffer(id, StandardCharsets.US_ASCII)))));
            }
            for (int user = 0; user < 10; user++) {
                String first = hashing.get("/users/", "X-User", "u" + user).body();
                for (int i = 0; i < 5; i++) {
                    assertThat(hashing.get("/users/", "X-User", "u" + user).body())
                            .isEqualTo(first);
                }
            }
        }
    }

    static String get(String path, String host) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    private static String request(String body, String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n" + body;
    }
}
