package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that no honest client makes. */
class HostileConnectionTest {
    @Test
    void requestsPipelinedBehindAStreamAreBoundedByClosingTheConnection() throws IOException {
        try (RunningRegistry registry = RunningRegistry.start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(get("/v1/watch?service=a"));
            for (int i = 0; i < 20; i++) {
                out.write(get("/v1/services"));
            }
            out.flush();

            assertThat(isClosedByPeer(socket)).isTrue();
            assertThat(registry.call("GET", "/v1/services").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aFewPipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RunningRegistry registry = RunningRegistry.start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 4; i++) {
                out.write(get("/v1/services/s" + i));
            }
            out.write("GET /v1/services HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            for (int i = 1; i < 4; i++) {
                assertThat(answers.indexOf("\"s" + i + "\"")).isGreaterThan(answers.indexOf("\"s" + (i - 1) + "\""));
            }
            assertThat(answers).contains("\"services\":[]");
        }
    }

    /** A request that comes before the one ahead of it is over must not keep the connection from the next. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/services/orders", "/v1/services", "/v1/services/orders/history", "/v1/nothing"})
    void aConnectionGoesOnAfterRequestsThatWereSentAhead(String path) throws IOException {
        try (RunningRegistry registry = RunningRegistry.start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
            socket.setSoTimeout(30_000);
            String position = registry.call("GET", "/v1/services")
                    .headers()
                    .firstValue("X-Muster-Position")
                    .orElseThrow();
            OutputStream out = socket.getOutputStream();
            for (int round = 0; round < 3; round++) {
                out.write(get("/v1/services/orders?position=" + position + "&wait=100ms"));
                out.write(get(path));
                out.flush();
                readAnswers(socket.getInputStream(), 2);
            }
        }
    }

    /** Reads as many answers with a length as it is told. */
    private static void readAnswers(InputStream in, int answers) throws IOException {
        for (int i = 0; i < answers; i++) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int read = in.read();
                assertThat(read).as("after %s", head).isNotNegative();
                head.append((char) read);
            }
            Matcher length = Pattern.compile("(?i)content-length: ([0-9]+)").matcher(head);
            assertThat(length.find()).as("length in %s", head).isTrue();
            int body = Integer.parseInt(length.group(1));
            assertThat(in.readNBytes(body)).hasSize(body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/services/orders/instances/a", "/v1/heartbeats"})
    void aBodyThatDoesNotComeIsNotWaitedFor(String path) throws IOException {
        try (RunningRegistry registry = RunningRegistry.start("muster.server.limits.request-timeout=300ms");
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
            socket.setSoTimeout(30_000);
            String method = path.endsWith("heartbeats") ? "POST " : "PUT ";
            socket.getOutputStream()
                    .write((method + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 100\r\n\r\n{\"process\"")
                            .getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("Request timeout");
            assertThat(registry.call("GET", "/v1/services/orders").body()).contains("\"instances\":[]");
        }
    }

    @Test
    void streamsThatCloseAtOnceLeaveNoWatcher() throws Exception {
        try (RunningRegistry registry = RunningRegistry.start("muster.server.limits.max-streams=50")) {
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port());
                socket.setSoLinger(i % 2 == 0, 0);
                socket.getOutputStream().write(get("/v1/watch?service=a&ack=true"));
                for (int spin = 0; spin < i * 500; spin++) {
                    Thread.onSpinWait();
                }
                socket.close();
            }

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(
                                    registry.call("GET", "/actuator/health").body())
                            .contains("\"watchers\":0"));
        }
    }

    private static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** A close shows as the end of the stream or as a reset. */
    private static boolean isClosedByPeer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            byte[] buffer = new byte[4096];
            for (int i = 0; i < 1_000; i++) {
                if (in.read(buffer) < 0) {
                    return true;
                }
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }
}
