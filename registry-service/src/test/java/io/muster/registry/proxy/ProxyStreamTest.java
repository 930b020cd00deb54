package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What lasts: event streams, trailers, and what a drain does to them. */
@Timeout(60)
class ProxyStreamTest {
    @Test
    void eventsArriveOneByOneAndADrainEndsTheStreamWell() throws IOException {
        Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();
        try (RunningProxy proxy = RunningProxy.start(
                "muster.server.proxy.timeouts.answer=300ms", "muster.server.proxy.timeouts.stream-after-drain=200ms")) {
            int port = proxy.instance(
                            "news",
                            "n1",
                            routes -> routes.get(
                                    "/",
                                    (request, response) -> response.sse()
                                            .send(
                                                    events.asFlux()
                                                            .map(text -> io.netty.buffer.Unpooled.copiedBuffer(
                                                                    text, StandardCharsets.UTF_8)),
                                                    buffer -> true)))
                    .port();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write("GET /news/ HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                events.tryEmitNext("data: one\n\n");
                readUntil(lines, "data: one");
                // Longer than an answer may be silent.
                await().pollDelay(1, TimeUnit.SECONDS).until(() -> true);
                events.tryEmitNext("data: two\n\n");
                readUntil(lines, "data: two");
                assertThat(proxy.proxy().openStreams()).isOne();

                proxy.register("news", "n1", port, "DRAINING", "default");
                readUntil(lines, "0");
                assertThat(lines.readLine()).isEmpty();
            }
            await().untilAsserted(() -> assertThat(proxy.proxy().openStreams()).isZero());
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
        }
    }

    @Test
    void aRequestUnderWayOutlivesTheDrainOfItsInstance() throws Exception {
        Sinks.One<String> answer = Sinks.one();
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.stream-after-drain=0s")) {
            int port = proxy.instance(
                            "work",
                            "w1",
                            routes -> routes.get("/", (request, response) -> response.sendString(answer.asMono())))
                    .port();
            CompletableFuture<String> running =
                    CompletableFuture.supplyAsync(() -> proxy.get("/work/").body());
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isOne());
            proxy.register("work", "w1", port, "DRAINING", "default");
            await().untilAsserted(
                            () -> assertThat(proxy.get("/work/").statusCode()).isEqualTo(503));
            answer.tryEmitValue("done");

            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo("done");
        }
    }

    @Test
    void trailersPass() throws IOException {
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "sums",
                    "s1",
                    routes -> routes.get(
                            "/",
                            (request, response) -> response.header("Trailer", "X-Sum")
                                    .trailerHeaders(trailers -> trailers.set("X-Sum", "42"))
                                    .sendString(Flux.just("a", "b"))));

            assertThat(proxy.raw(ProxyRoutingTest.get("/sums/", "localhost")))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("trailer: X-Sum")
                    .containsIgnoringCase("\r\n0\r\nX-Sum: 42\r\n\r\n");
        }
    }

    private static void readUntil(BufferedReader lines, String wanted) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(wanted)) {
                return;
            }
        }
        throw new IOException("The stream ended before " + wanted);
    }

    @Test
    void nothingIsGatheredOnTheWay() {
        // A server that answers while it reads: neither side waits for the end of the other.
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "duplex",
                    "d1",
                    routes -> routes.post(
                            "/",
                            (request, response) ->
                                    response.send(request.receive().retain(), buffer -> true)));
            Sinks.Many<String> upload = Sinks.many().unicast().onBackpressureBuffer();
            Queue<String> got = new ConcurrentLinkedQueue<>();
            reactor.core.Disposable call = reactor.netty.http.client.HttpClient.create()
                    .port(proxy.port())
                    .host("127.0.0.1")
                    .post()
                    .uri("/duplex/")
                    .send((request, out) -> out.sendString(upload.asFlux()).then())
                    .response((response, body) -> body.asString().doOnNext(got::add))
                    .subscribe();
            upload.tryEmitNext("one");
            upload.tryEmitNext("two");
            upload.tryEmitComplete();
            await().untilAsserted(() -> assertThat(String.join("", got)).isEqualTo("onetwo"));
            call.dispose();
        }
    }
}
