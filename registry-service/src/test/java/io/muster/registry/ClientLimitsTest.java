package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One client cannot take the server from the others. */
@ExtendWith(OutputCaptureExtension.class)
class ClientLimitsTest {
    private static final int FLOOD = 200;

    @ParameterizedTest
    @ValueSource(strings = {"/v1/services/orders", "/v1/services", "/v1/services/orders/history"})
    void aFloodIsAnsweredWith429AndLeavesOthersAlone(String path) throws IOException {
        try (RunningRegistry registry = RunningRegistry.start(
                "server.address=0.0.0.0",
                "muster.server.auth.mode=none",
                "muster.server.limits.requests-per-second=5")) {
            int limited = 0;
            try (Socket flood = connect(registry, "127.0.0.2")) {
                for (int i = 0; i < FLOOD; i++) {
                    flood.getOutputStream().write(get(path, ""));
                    String answer = readAnswer(flood);
                    if (answer.startsWith("HTTP/1.1 429 ")) {
                        limited++;
                        assertThat(answer)
                                .containsIgnoringCase("Retry-After: 1")
                                .contains("Too many requests");
                    }
                }
                assertThat(limited).isGreaterThan(0);
                for (int i = 0; i < 5; i++) {
                    assertThat(registry.call("GET", path).statusCode()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void tokensAreCountedApartWhereverTheyComeFrom() {
        String[] properties = new TestTokens()
                .with("greedy", "read")
                .with("modest", "read")
                .and("muster.server.limits.requests-per-second=5");
        try (RunningRegistry registry = RunningRegistry.start(properties)) {
            assertThat(statuses(registry, "mst_greedy", 100)).contains(200, 429);
            assertThat(statuses(registry, "mst_modest", 5)).containsOnly(200);
        }
    }

    @Test
    void failedAuthenticationsAreLimitedAndLoggedRarely(CapturedOutput output) {
        long before = System.nanoTime();
        try (RunningRegistry registry =
                RunningRegistry.start(new TestTokens().with("reader", "read").and())) {
            assertThat(statuses(registry, "mst_guess", 200)).contains(401, 429).doesNotContain(200);
            assertThat(statuses(registry, "mst_reader", 20)).as("who knows it").containsOnly(200);
        }
        // One at once, and one more for each ten seconds.
        long most = 2 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before) / 10;
        assertThat(output.toString().lines().filter(line -> line.contains("without a valid token")))
                .hasSizeLessThanOrEqualTo((int) most)
                .isNotEmpty();
        assertThat(output).doesNotContain("mst_guess");
    }

    @Test
    void connectionsOfOneAddressAreBounded() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try (RunningRegistry registry = RunningRegistry.start(
                "server.address=0.0.0.0",
                "muster.server.auth.mode=none",
                "muster.server.limits.connections-per-client=5")) {
            int served = 0;
            for (int i = 0; i < 10; i++) {
                Socket socket = connect(registry, "127.0.0.2");
                sockets.add(socket);
                served += isServed(socket) ? 1 : 0;
            }
            assertThat(served).isEqualTo(5);
            assertThat(registry.call("GET", "/v1/services").statusCode()).isEqualTo(200);

            for (Socket socket : sockets) {
                socket.close();
            }
            await().until(() -> {
                try (Socket again = connect(registry, "127.0.0.2")) {
                    return isServed(again);
                }
            });
        }
    }

    @Test
    void streamsAndWaitingLookupsOfOneClientAreBounded() {
        try (RunningRegistry registry = RunningRegistry.start("muster.server.limits.streams-per-client=2");
                EventStream first = EventStream.open(registry, "?service=a")) {
            assertThat(first.status()).isEqualTo(200);
            try (EventStream second = EventStream.open(registry, "?service=a");
                    EventStream third = EventStream.open(registry, "?service=a")) {
                assertThat(List.of(second.status(), third.status())).containsExactlyInAnyOrder(200, 429);
                String waiting = "/v1/services/a?wait=10ms&position="
                        + registry.call("GET", "/v1/services")
                                .headers()
                                .firstValue("X-Muster-Position")
                                .orElseThrow();
                assertThat(registry.call("GET", waiting).statusCode()).isEqualTo(429);
            }
            await().untilAsserted(() -> {
                try (EventStream later = EventStream.open(registry, "?service=a")) {
                    assertThat(later.status()).isEqualTo(200);
                }
            });
        }
    }

    @Test
    void drainsOfOneClientAreBoundedAndCountUntilTheirConnectionsClose() throws IOException {
        try (RunningRegistry registry = RunningRegistry.start("muster.server.limits.drains-per-client=2")) {
            String generation = registry.call(
                            "PUT",
                            "/v1/services/orders/instances/a",
                            "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":8080,\"status\":\"UP\"}")
                    .body()
                    .replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
            String drain = "/v1/services/orders/instances/a/drain?generation=" + generation + "&timeout=";
            byte[] request = ("POST " + drain + "60s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            for (int round = 0; round < 3; round++) {
                List<Socket> sockets = new ArrayList<>();
                // A registry that is warming lets a drain wait its full time.
                await().until(() -> {
                    Socket socket = connect(registry, "127.0.0.1");
                    sockets.add(socket);
                    socket.getOutputStream().write(request);
                    return registry.call("POST", drain + "1ms").statusCode() == 429;
                });
                for (Socket socket : sockets) {
                    socket.close();
                }
                await().until(() -> registry.call("POST", drain + "1ms").statusCode() == 200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/heartbeats", "/v1/services/orders/instances/a", "/v1/reports"})
    void aBodyThatIsTooLargeIsRefusedUnread(String path) throws IOException {
        try (RunningRegistry registry = RunningRegistry.start("muster.server.limits.max-body=10KB")) {
            String method = path.contains("instances") ? "PUT " : "POST ";
            String declared = exchange(
                    registry,
                    method + path
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10241\r\n\r\n");
            assertThat(declared).startsWith("HTTP/1.1 413 ").contains("body-too-large");

            String chunk = "2710\r\n" + " ".repeat(10_000) + "\r\n";
            String chunked = exchange(
                    registry,
                    method + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk);
            assertThat(chunked).startsWith("HTTP/1.1 413 ").contains("body-too-large");
        }
    }

    @Test
    void headersThatAreTooLargeAndNonsenseAreRefusedAndClosed(CapturedOutput output) throws IOException {
        try (RunningRegistry registry = RunningRegistry.start()) {
            String head = "GET /v1/services HTTP/1.1\r\nHost: localhost\r\n";
            assertThat(exchange(registry, head + "X-A: " + "a".repeat(20_000) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431 ");
            assertThat(exchange(registry, "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .startsWith("HTTP/1.1 414 ");
            for (int i = 0; i < 20; i++) {
                assertThat(exchange(registry, "GET /forged\u001b[31m\nX: ERROR forged HTTP/1.1\r\n\r\n"))
                        .startsWith("HTTP/1.1 400 ");
            }
            assertThat(registry.call("GET", "/v1/services").statusCode()).isEqualTo(200);
        }
        assertThat(output).doesNotContain("forged").doesNotContain("\u001b[31m");
    }

    private static List<Integer> statuses(RunningRegistry registry, String token, int calls) {
        List<Integer> statuses = new ArrayList<>();
        java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(
                        registry.url().resolve("/v1/services/orders"))
                .header("Authorization", "Bearer " + token)
                .build();
        for (int i = 0; i < calls; i++) {
            statuses.add(registry.send(request).statusCode());
        }
        return statuses;
    }

    private static Socket connect(RunningRegistry registry, String from) throws IOException {
        Socket socket = new Socket(address("127.0.0.1"), registry.port(), address(from), 0);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static InetAddress address(String literal) {
        return NetUtil.createInetAddressFromIpAddressString(literal);
    }

    private static String exchange(RunningRegistry registry, String request) throws IOException {
        try (Socket socket = connect(registry, "127.0.0.1")) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return readAnswer(socket);
        }
    }

    private static boolean isServed(Socket socket) {
        try {
            socket.getOutputStream().write(get("/v1/services", ""));
            return readAnswer(socket).startsWith("HTTP/1.1 200 ");
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] get(String path, String header) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** One answer: its head and as many bytes as that says, or up to the end of the connection. */
    private static String readAnswer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        int length = Integer.MAX_VALUE;
        int head = -1;
        while (head < 0 || answer.length() < (long) head + length) {
            int next;
            try {
                next = socket.getInputStream().read();
            } catch (SocketException e) {
                // What was sent and not read resets the connection after the answer.
                return answer.toString();
            }
            if (next < 0) {
                return answer.toString();
            }
            answer.append((char) next);
            if (head < 0 && answer.toString().endsWith("\r\n\r\n")) {
                head = answer.length();
                for (String line : answer.toString().lines().toList()) {
                    if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                        length = Integer.parseInt(line.substring(15).strip());
                    }
                }
            }
        }
        return answer.toString();
    }
}
