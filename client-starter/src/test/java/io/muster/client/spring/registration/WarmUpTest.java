package io.muster.client.spring.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.Identity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.env.MockEnvironment;

@Timeout(60)
class WarmUpTest {
    private final ServerSocket server;

    WarmUpTest() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void waitsForTheFirstAnswer() throws Exception {
        CompletableFuture<Void> warmUp = CompletableFuture.runAsync(() -> warmUp(Duration.ofSeconds(40), "a", "b"));

        try (Socket connection = server.accept()) {
            BufferedReader request =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(request.readLine()).isEqualTo("GET " + Identity.PATH + " HTTP/1.1");
            assertThat(warmUp).isNotDone();
            connection
                    .getOutputStream()
                    .write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            warmUp.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void asksWhereTheServerIsBoundTo() {
        CompletableFuture<Void> warmUp =
                CompletableFuture.runAsync(() -> warmUp(Duration.ofMillis(50), "server.address", "127.0.0.2"));

        assertThat(warmUp).succeedsWithin(Duration.ofSeconds(10));
        assertThatThrownBy(this::pending).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void goesOnWithoutAnAnswer() throws IOException {
        warmUp(Duration.ofMillis(50), "a", "b");

        pending().close();
    }

    @Test
    void goesOnWithoutAServer() throws IOException {
        server.close();

        warmUp(Duration.ofSeconds(20), "a", "b");
    }

    @ParameterizedTest
    @CsvSource({"1000, server.ssl.bundle, shop", "0, a, b"})
    void sendsNothingToTlsNorWhenSwitchedOff(long millis, String property, String value) {
        warmUp(Duration.ofMillis(millis), property, value);

        assertThatThrownBy(this::pending).isInstanceOf(SocketTimeoutException.class);
    }

    private void warmUp(Duration timeout, String property, String value) {
        new WarmUp(timeout, new MockEnvironment().withProperty(property, value)).run(server.getLocalPort());
    }

    /** A connection that was made before. */
    private Socket pending() throws IOException {
        server.setSoTimeout(1);
        return server.accept();
    }
}
