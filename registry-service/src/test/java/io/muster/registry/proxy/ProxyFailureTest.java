package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;

/** Instances, callers and services that fail. */
@Timeout(120)
class ProxyFailureTest {
    @Test
    void anInstanceThatRefusesIsPassedByForAnyMethod() throws IOException {
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance("orders", "good", ProxyRoutingTest::echo);
            proxy.register("orders", "bad", closedPort());

            for (int i = 0; i < 50; i++) {
                HttpResponse<String> answer = proxy.send("POST", "/orders/x", "body " + i);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).endsWith("body " + i);
            }
        }
    }

    @Test
    void anAnswerSaysWhichInstanceFailedAndHowOftenWasTried() throws IOException {
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.register("orders", "bad-1", closedPort());
            proxy.register("orders", "bad-2", closedPort());

            HttpResponse<String> answer = proxy.get("/orders/x");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.body()).contains("\"attempts\":2", "\"instanceId\":\"bad-", "could not be connected to");
        }
    }

    @Test
    void whatBreaksBeforeItsAnswerIsRepeatedOnlyWhenThatIsHarmless() throws IOException {
        AtomicInteger broken = new AtomicInteger();
        AtomicInteger good = new AtomicInteger();
        try (RunningProxy proxy = RunningProxy.start();
                ServerSocket breaking = breaking(broken)) {
            proxy.register("orders", "breaking", breaking.getLocalPort());
            proxy.instance(
                    "orders",
                    "good",
                    routes -> routes.route(any -> true, (request, response) -> {
                        good.incrementAndGet();
                        return response.sendString(
                                request.receive().aggregate().asString().defaultIfEmpty("-"));
                    }));

            for (int i = 0; i < 20; i++) {
                assertThat(proxy.get("/orders/x").statusCode()).isEqualTo(200);
            }
            assertThat(good).hasValue(20);
            int brokenByGets = broken.get();
            assertThat(brokenByGets).isPositive();

            int failed = 0;
            for (int i = 0; i < 20; i++) {
                HttpResponse<String> answer = proxy.send("POST", "/orders/x", "once");
                if (answer.statusCode() != 200) {
                    failed++;
                    assertThat(answer.statusCode()).isEqualTo(502);
                    assertThat(answer.body()).contains("\"attempts\":1", "\"instanceId\":\"breaking\"");
                }
            }
            assertThat(failed).isEqualTo(broken.get() - brokenByGets);
            assertThat(good.get() + failed).isEqualTo(40);
        }
    }

    @Test
    void theBudgetBoundsWhatIsRepeated() throws IOException {
        AtomicInteger broken = new AtomicInteger();
        try (RunningProxy proxy = RunningProxy.start(
                        "muster.server.proxy.balancing.retry.budget-percent=0",
                        "muster.server.proxy.balancing.retry.budget-min-per-second=0");
                ServerSocket first = breaking(broken);
                ServerSocket second = breaking(broken)) {
            proxy.register("orders", "b1", first.getLocalPort());
            proxy.register("orders", "b2", second.getLocalPort());

            assertThat(proxy.get("/orders/x").statusCode()).isEqualTo(502);
            assertThat(broken).hasValue(1);
        }
    }

    @Test
    void oneOfThreeMayDieUnderLoad() throws Exception {
        try (RunningProxy proxy = RunningProxy.start()) {
            List<DisposableServer> servers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                servers.add(proxy.instance("orders", "o" + i, ProxyRoutingTest::echo));
            }
            AtomicInteger done = new AtomicInteger();
            List<Integer> statuses = java.util.Collections.synchronizedList(new ArrayList<>());
            ExecutorService callers = Executors.newFixedThreadPool(8);
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                running.add(CompletableFuture.runAsync(
                        () -> {
                            while (done.incrementAndGet() <= 4_000) {
                                statuses.add(proxy.get("/orders/x").statusCode());
                            }
                        },
                        callers));
            }
            await().until(() -> done.get() > 1_000);
            servers.get(0).disposeNow();
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get();
            callers.shutdown();

            assertThat(statuses).hasSize(4_000).containsOnly(200);
        }
    }

    @Test
    void nobodyWaitsForAnAnswerForEver() {
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.answer=300ms")) {
            proxy.instance(
                    "slow",
                    "s1",
                    routes -> routes.get("/never", (request, response) -> Mono.never())
                            .get(
                                    "/half",
                                    (request, response) -> response.header("Content-Length", "10")
                                            .sendString(
                                                    Flux.concat(Mono.just("half"), Mono.never()),
                                                    StandardCharsets.UTF_8)));

            HttpResponse<String> answer = proxy.get("/slow/never");
            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).contains("did not answer in time", "\"instanceId\":\"s1\"");
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> proxy.get("/slow/half"))
                    .hasRootCauseInstanceOf(IOException.class);
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
        }
    }

    @Test
    void halfAnAnswerDoesNotLookLikeAWholeOne() throws IOException {
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "cut",
                    "c1",
                    routes -> routes.get("/", (request, response) -> {
                        response.withConnection(connection -> {
                            Future<?> unused = connection
                                    .channel()
                                    .eventLoop()
                                    .schedule(connection::dispose, 200, TimeUnit.MILLISECONDS);
                        });
                        return response.sendString(
                                Flux.concat(Mono.just("half"), Mono.never()), StandardCharsets.UTF_8);
                    }));

            String answer = proxy.raw(ProxyRoutingTest.get("/cut/", "localhost"));
            assertThat(answer).doesNotContain("\r\n0\r\n\r\n");
        }
    }

    @Test
    void aReaderThatTakesNothingIsCutAndHoldsNobodyUp() throws IOException {
        AtomicInteger produced = new AtomicInteger();
        byte[] block = new byte[64 * 1024];
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.stalled=500ms")) {
            proxy.instance(
                    "big",
                    "b1",
                    routes -> routes.get(
                                    "/",
                                    (request, response) ->
                                            response.send(Flux.range(0, 100_000).map(i -> {
                                                produced.incrementAndGet();
                                                return Unpooled.wrappedBuffer(block);
                                            })))
                            .get("/small", (request, response) -> response.sendString(Mono.just("ok"))));
            try (Socket slow = new Socket()) {
                slow.setReceiveBufferSize(4096);
                slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
                slow.getOutputStream()
                        .write(ProxyRoutingTest.get("/big/", "localhost").getBytes(StandardCharsets.US_ASCII));
                await().until(() -> produced.get() > 0);
                assertThat(proxy.get("/big/small").body()).isEqualTo("ok");

                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(proxy.proxy().underWay()).isZero());
                // What both sockets and a few buffers hold, not the 6 GB of the answer.
                assertThat(produced.get()).isLessThan(2_000);
            }
        }
    }

    @Test
    void aCallerThatGoesAwayEndsItsRequestAtTheInstance() throws IOException {
        AtomicInteger cancelled = new AtomicInteger();
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "long",
                    "l1",
                    routes -> routes.get("/", (request, response) -> {
                        response.withConnection(connection -> connection.onDispose(cancelled::incrementAndGet));
                        return Mono.never();
                    }));
            try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                caller.getOutputStream()
                        .write(ProxyRoutingTest.get("/long/", "localhost").getBytes(StandardCharsets.US_ASCII));
                await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isOne());
            }
            await().untilAsserted(() -> assertThat(cancelled).hasValue(1));
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
            assertThat(proxy.proxy().services())
                    .allSatisfy(service -> assertThat(service.inFlight()).isZero());
        }
    }

    @Test
    void aServiceThatFailsAsAWholeIsLeftAlone() {
        AtomicInteger calls = new AtomicInteger();
        try (RunningProxy proxy = RunningProxy.start(
                "muster.server.proxy.services.ill.circuit-breaker.enabled=true",
                "muster.server.proxy.services.ill.circuit-breaker.window=10",
                "muster.server.proxy.services.ill.circuit-breaker.min-requests=10",
                "muster.server.proxy.services.ill.circuit-breaker.open=1h")) {
            proxy.instance(
                    "ill",
                    "i1",
                    routes -> routes.get("/", (request, response) -> {
                        calls.incrementAndGet();
                        return response.status(500).send();
                    }));
            for (int i = 0; i < 10; i++) {
                assertThat(proxy.get("/ill/").statusCode()).isEqualTo(500);
            }
            await().untilAsserted(
                            () -> assertThat(proxy.get("/ill/").statusCode()).isEqualTo(503));
            assertThat(proxy.get("/ill/").body()).contains("circuit breaker is open");
            assertThat(calls.get()).isLessThan(13);
            String health = proxy.registry().call("GET", "/actuator/health").body();
            assertThat(health).contains("\"default/ill\":\"OPEN\"").startsWith("{\"status\":\"UP\"");
        }
    }

    @Test
    void aServiceGetsNoMoreThanItsRate() {
        try (RunningProxy proxy = RunningProxy.start(
                "muster.server.proxy.services.few.rate-limit.requests-per-second=1",
                "muster.server.proxy.access-log=json")) {
            proxy.instance("few", "f1", ProxyRoutingTest::echo);
            List<Integer> statuses = new ArrayList<>();
            await().until(() -> {
                statuses.add(proxy.get("/few/").statusCode());
                return statuses.contains(429);
            });
            assertThat(statuses).contains(200).containsOnly(200, 429);
        }
    }

    @Test
    void metersTellOfServicesAndInstances() {
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.access-log=short")) {
            proxy.instance("orders", "o1", ProxyRoutingTest::echo);
            assertThat(proxy.get("/orders/x").statusCode()).isEqualTo(200);

            await().untilAsserted(() -> assertThat(
                            proxy.registry().call("GET", "/actuator/prometheus").body())
                    .containsPattern("muster_proxy_requests_seconds_count\\{.*service=\"orders\",status=\"2xx\".*\\} 1")
                    .containsPattern(
                            "muster_proxy_instance_attempts_total\\{instance=\"o1\",.*outcome=\"success\".*\\} 1"));
        }
    }

    /** A port where nobody listens. */
    static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A server that reads the head of each request, and resets the connection. */
    private static ServerSocket breaking(AtomicInteger count) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    StringBuilder head = new StringBuilder();
                    while (head.indexOf("\r\n\r\n") < 0) {
                        int read = socket.getInputStream().read();
                        if (read < 0) {
                            break;
                        }
                        head.append((char) read);
                    }
                    if (head.length() > 0) {
                        count.incrementAndGet();
                    }
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    // The end of the test, or of a connection.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    @Test
    void anUploadOverASlowConnectionGoesOnAsLongAsItMoves() throws Exception {
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.body=2s");
                Socket socket = openTo(proxy)) {
            proxy.instance("up", "u1", ProxyRoutingTest::echo);
            OutputStream out = socket.getOutputStream();
            out.write("POST /up/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 5; i++) {
                int sent = i;
                await().pollDelay(Duration.ofMillis(100)).until(() -> sent >= 0);
                out.write('a' + i);
                out.flush();
            }
            assertThat(RunningProxy.readAll(socket.getInputStream()))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\nabcde");
        }
    }

    private static Socket openTo(RunningProxy proxy) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        return socket;
    }
}
