package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.http.server.WebsocketServerSpec;

/** WebSockets between real callers and real instances. */
@Timeout(120)
class ProxyWebSocketTest {
    private static final String HANDSHAKE = String.join(
            "\r\n",
            "GET /chat/room HTTP/1.1",
            "Host: localhost",
            "Connection: keep-alive, Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");

    private static final String AGREED = String.join(
            "\r\n",
            "HTTP/1.1 101 Switching Protocols",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "",
            "");

    @Test
    void messagesPassBothWaysUntilTheCallerCloses() {
        try (RunningProxy proxy = RunningProxy.start()) {
            AtomicInteger closed = new AtomicInteger();
            proxy.instance(
                    "chat",
                    "c1",
                    routes -> routes.ws(
                            "/room",
                            (in, out) -> {
                                in.receiveCloseStatus().subscribe(status -> closed.set(status.code()));
                                return out.sendObject(in.receiveFrames().map(frame -> frame.retain()));
                            },
                            WebsocketServerSpec.builder()
                                    .protocols("talk")
                                    .maxFramePayloadLength(1 << 20)
                                    .build()));
            Ears ears = new Ears();
            WebSocket socket = connect(proxy, "talk", ears);
            assertThat(socket.getSubprotocol()).isEqualTo("talk");

            socket.sendText("hello", true).join();
            await().untilAsserted(() -> assertThat(ears.text).contains("hello"));
            // Larger than any buffer on the way.
            for (int i = 0; i < 64; i++) {
                socket.sendBinary(ByteBuffer.allocate(1 << 19), true).join();
            }
            await().untilAsserted(() -> assertThat(ears.octets).hasValue(64L << 19));
            assertThat(proxy.proxy().openStreams()).isOne();

            socket.sendClose(4000, "enough").join();
            await().untilAsserted(() -> assertThat(ears.closed).hasValue(4000));
            await().untilAsserted(() -> assertThat(closed).hasValue(4000));
            await().untilAsserted(() -> assertThat(proxy.proxy().openStreams()).isZero());
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
            await().untilAsserted(() -> assertThat(inFlight(proxy)).isZero());
        }
    }

    @Test
    void compressionIsBetweenCallerAndInstance() {
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "chat",
                    "c1",
                    routes -> routes.ws(
                            "/room",
                            (in, out) -> out.sendString(in.receive().asString()),
                            WebsocketServerSpec.builder().compress(true).build()));
            String text = "a".repeat(20_000);

            String answer = reactor.netty.http.client.HttpClient.create()
                    .host("127.0.0.1")
                    .port(proxy.port())
                    .websocket(WebsocketClientSpec.builder().compress(true).build())
                    .uri("/chat/room")
                    .handle((in, out) -> {
                        assertThat(in.headers().get("Sec-WebSocket-Extensions")).contains("permessage-deflate");
                        return out.sendString(Mono.just(text))
                                .then()
                                .thenMany(in.aggregateFrames()
                                        .receive()
                                        .asString()
                                        .take(1));
                    })
                    .blockFirst(Duration.ofSeconds(30));
            assertThat(answer).isEqualTo(text);
        }
    }

    @Test
    void aDrainEndsItWithGoingAwayOnBothSides() {
        AtomicInteger closed = new AtomicInteger();
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.stream-after-drain=200ms")) {
            int port = proxy.instance(
                            "chat",
                            "c1",
                            routes -> routes.ws("/room", (in, out) -> {
                                in.receiveCloseStatus().subscribe(status -> closed.set(status.code()));
                                return out.sendString(in.receive().asString());
                            }))
                    .port();
            Ears ears = new Ears();
            WebSocket socket = connect(proxy, "", ears);
            socket.sendText("one", true).join();
            await().untilAsserted(() -> assertThat(ears.text).contains("one"));

            proxy.register("chat", "c1", port, "DRAINING", "default");
            await().untilAsserted(() -> assertThat(ears.closed).hasValue(1001));
            await().untilAsserted(() -> assertThat(closed).hasValue(1001));
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
        }
    }

    @Test
    void oneThatIsSilentEndsWithGoingAwayAndOneThatTalksDoesNot() {
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.web-socket-idle=1s")) {
            proxy.instance("chat", "c1", ProxyWebSocketTest::echo);
            Ears silent = new Ears();
            Ears talking = new Ears();
            WebSocket unused = connect(proxy, "", silent);
            WebSocket socket = connect(proxy, "", talking);
            long octets = 0;
            while (silent.closed.get() == 0) {
                socket.sendText("x", true).join();
                octets++;
                long sent = octets;
                await().pollInterval(Duration.ofMillis(5))
                        .untilAsserted(() -> assertThat(talking.text).hasSize((int) sent));
            }
            assertThat(silent.closed).hasValue(1001);
            assertThat(talking.closed).hasValue(0);
        }
    }

    @Test
    void theClosingFrameComesBetweenTwoOthers() throws IOException {
        try (RunningProxy proxy = RunningProxy.start("muster.server.proxy.timeouts.stream-after-drain=0s");
                ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxy.register("chat", "raw", listening.getLocalPort());
            try (Socket caller = open(proxy, HANDSHAKE);
                    Socket instance = listening.accept()) {
                readHead(instance.getInputStream());
                // With a frame's first half right behind the answer.
                write(instance, AGREED + "\u0082\u0004ab");
                assertThat(readHead(caller.getInputStream())).startsWith("HTTP/1.1 101 ");
                DataInputStream in = new DataInputStream(caller.getInputStream());
                assertThat(in.readNBytes(4)).containsExactly(0x82, 4, 'a', 'b');

                proxy.register("chat", "raw", listening.getLocalPort(), "DRAINING", "default");
                // The other direction is between two frames: it is closed at once, with a masked frame.
                assertThat(instance.getInputStream().readNBytes(8)).containsExactly(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9);
                write(instance, "cd\u0082\u0001x");
                assertThat(in.readAllBytes()).containsExactly('c', 'd', 0x88, 2, 0x03, 0xe9);
            }
        }
    }

    @Test
    void whatAnInstanceRefusesIsItsAnswerAndNothingThatFollowsIsRead() throws IOException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "chat",
                    "c1",
                    routes -> routes.route(any -> true, (request, response) -> {
                        seen.add(request.uri());
                        return response.status(403)
                                .header("X-Why", "members only")
                                .sendString(Mono.just("no"));
                    }));

            assertThatThrownBy(() -> connect(proxy, "", new Ears()))
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(WebSocketHandshakeException.class);
            String answer = proxy.raw(HANDSHAKE + "GET /chat/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(answer)
                    .startsWith("HTTP/1.1 403 ")
                    .containsIgnoringCase("x-why: members only")
                    .endsWith("\r\n\r\nno");
            assertThat(seen).containsOnly("/room");
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
        }
    }

    @Test
    void whatIsNoHandshakeIsRefused() throws IOException {
        AtomicInteger seen = new AtomicInteger();
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "chat",
                    "c1",
                    routes -> routes.route(any -> true, (request, response) -> {
                        seen.incrementAndGet();
                        return response.send();
                    }));
            for (String bad : new String[] {
                HANDSHAKE.replace("GET", "POST"),
                HANDSHAKE.replace("HTTP/1.1", "HTTP/1.0"),
                HANDSHAKE.replace("keep-alive, Upgrade", "keep-alive"),
                HANDSHAKE.replace("Host", "Content-Length: 2\r\nHost") + "ab",
                HANDSHAKE.replace("Host", "Transfer-Encoding: chunked\r\nHost") + "0\r\n\r\n"
            }) {
                assertThat(proxy.raw(bad)).as(bad).startsWith("HTTP/1.1 400 ");
            }
            assertThat(proxy.raw(HANDSHAKE.replace("/chat/", "/nobody/"))).startsWith("HTTP/1.1 404 ");
            assertThat(seen).hasValue(0);
        }
    }

    @Test
    void anInstanceThatRefusesTheConnectionOrBreaksItIsPassedBy() throws IOException {
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.register("chat", "closed", ProxyFailureTest.closedPort());
            assertThat(proxy.raw(HANDSHAKE)).startsWith("HTTP/1.1 503 ").contains("\"attempts\":1");
            proxy.instance("chat", "good", ProxyWebSocketTest::echo);
            for (int i = 0; i < 10; i++) {
                Ears ears = new Ears();
                WebSocket socket = connect(proxy, "", ears);
                socket.sendText("x", true).join();
                await().untilAsserted(() -> assertThat(ears.text).contains("x"));
                socket.abort();
            }
            await().untilAsserted(() -> assertThat(proxy.proxy().openStreams()).isZero());
            await().untilAsserted(() -> assertThat(inFlight(proxy)).isZero());
        }
    }

    @Test
    void anInstanceThatDiesEndsTheCallersConnection() throws Exception {
        try (RunningProxy proxy = RunningProxy.start();
                ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxy.register("chat", "raw", listening.getLocalPort());
            try (Socket caller = open(proxy, HANDSHAKE)) {
                try (Socket instance = listening.accept()) {
                    readHead(instance.getInputStream());
                    write(instance, AGREED);
                    assertThat(readHead(caller.getInputStream())).startsWith("HTTP/1.1 101 ");
                    write(instance, "\u0082\u0001x");
                }
                assertThat(caller.getInputStream().readAllBytes()).containsExactly(0x82, 1, 'x');
            }
            await().untilAsserted(() -> assertThat(proxy.proxy().underWay()).isZero());
        }
    }

    @Test
    void aCallerThatReadsNothingHoldsItsInstanceBackAndNobodyElse() throws IOException {
        AtomicLong sent = new AtomicLong();
        byte[] block = new byte[32 * 1024];
        try (RunningProxy proxy = RunningProxy.start()) {
            proxy.instance(
                    "chat",
                    "c1",
                    routes -> routes.ws(
                                    "/room",
                                    (in, out) -> out.send(Flux.range(0, 32 * 1024)
                                            .doOnNext(i -> sent.addAndGet(block.length))
                                            .map(i -> Unpooled.wrappedBuffer(block))))
                            .ws(
                                    "/echo",
                                    (in, out) -> out.sendString(in.receive().asString())));
            try (Socket caller = open(proxy, HANDSHAKE)) {
                assertThat(readHead(caller.getInputStream())).startsWith("HTTP/1.1 101 ");
                AtomicLong before = new AtomicLong(-1);
                await().pollInterval(Duration.ofSeconds(1))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
                // Of a gibibyte: what the buffers of the kernel and of both programs hold.
                assertThat(sent.get()).isLessThan(64L << 20);
                Ears ears = new Ears();
                WebSocket socket = connect(proxy, "", ears, "/chat/echo");
                socket.sendText("still there", true).join();
                await().untilAsserted(() -> assertThat(ears.text).contains("still there"));
            }
            await().untilAsserted(() -> assertThat(inFlight(proxy)).isLessThan(2));
        }
    }

    private static HttpServerRoutes echo(HttpServerRoutes routes) {
        return routes.ws("/room", (in, out) -> out.sendString(in.receive().asString()));
    }

    private static int inFlight(RunningProxy proxy) {
        return proxy.proxy().services().stream()
                .mapToInt(ProxiedService::inFlight)
                .sum();
    }

    private static WebSocket connect(RunningProxy proxy, String protocol, Ears ears) {
        return connect(proxy, protocol, ears, "/chat/room");
    }

    private static WebSocket connect(RunningProxy proxy, String protocol, Ears ears, String path) {
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (!protocol.isEmpty()) {
            builder.subprotocols(protocol);
        }
        return builder.buildAsync(URI.create("ws://127.0.0.1:" + proxy.port() + path), ears)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static Socket open(RunningProxy proxy, String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(30_000);
        write(socket, request);
        return socket;
    }

    private static void write(Socket socket, String octets) throws IOException {
        socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("The connection ended within a head: " + head);
            }
            head.write(octet);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** What a caller hears. */
    private static final class Ears implements WebSocket.Listener {
        private final Queue<String> text = new ConcurrentLinkedQueue<>();
        private final AtomicLong octets = new AtomicLong();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.add(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            octets.addAndGet(data.remaining());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.set(code);
            return CompletableFuture.completedFuture(null);
        }
    }
}
