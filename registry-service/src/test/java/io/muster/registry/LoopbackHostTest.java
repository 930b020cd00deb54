package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page in a browser, whose name was made to mean this machine, does not reach a registry that asks nobody for a token. */
class LoopbackHostTest {
    private static RunningRegistry registry;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:7070",
                "registry.localhost:7070",
                "127.0.0.1",
                "127.8.9.1:80",
                "[::1]",
                "[::1]:7070",
                "[0:0:0:0:0:0:0:1]:7070",
            })
    void itsOwnNamesAreServed(String host) throws IOException {
        assertThat(ask(registry, host)).allSatisfy(answer -> assertThat(answer).startsWith("HTTP/1.1 200 "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:7070",
                "localhost.evil.example",
                "evillocalhost",
                "127.0.0.1.evil.example",
                "127.evil.example",
                "192.168.0.1",
                "[fe80::1]:7070",
                "[::1].evil.example",
                "localhost@evil.example",
            })
    void othersAreRefused(String host) throws IOException {
        assertThat(ask(registry, host))
                .allSatisfy(
                        answer -> assertThat(answer).startsWith("HTTP/1.1 421 ").contains("foreign-host"));
    }

    @Test
    void whereTokensAreAskedForEveryNameIsServed() throws IOException {
        String[] properties = new TestTokens().with("reader", "read").and();
        try (RunningRegistry guarded = RunningRegistry.start(properties)) {
            assertThat(ask(guarded, "registry.example\r\nAuthorization: Bearer mst_reader"))
                    .allSatisfy(answer -> assertThat(answer).startsWith("HTTP/1.1 200 "));
        }
    }

    private static List<String> ask(RunningRegistry server, String host) throws IOException {
        List<String> answers = new ArrayList<>();
        // One is answered before the web framework, the other one by it.
        for (String path : List.of("/v1/services/orders", "/v1/services")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                answers.add(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return answers;
    }
}
