package io.muster.registry.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.registry.RegistryApplication;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** A body that is much larger than the memory of the proxy's process. */
@Timeout(300)
class SmallHeapTest {
    private static final int BLOCK = 64 * 1024;
    private static final int BLOCKS = 16 * 1024;
    private static final long GIBIBYTE = (long) BLOCK * BLOCKS;

    @Test
    void aGibibyteStreamsBothWaysThroughASmallHeap(@TempDir Path dir) throws Exception {
        byte[] block = new byte[BLOCK];
        AtomicLong uploaded = new AtomicLong();
        DisposableServer instance = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.get("/down", (request, response) -> response.send(blocks(block)))
                        .post(
                                "/up",
                                (request, response) -> request.receive()
                                        .doOnNext(buffer -> uploaded.addAndGet(buffer.readableBytes()))
                                        .then(Mono.defer(() -> response.sendString(Mono.just("ok"))
                                                .then()))))
                .bindNow();
        int registryPort = freePort();
        int proxyPort = freePort();
        Path output = dir.resolve("output");
        Process process = new ProcessBuilder(command(registryPort, proxyPort))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            register(process, output, registryPort, instance.port());
            HttpClient client =
                    HttpClient.create().host("127.0.0.1").port(proxyPort).responseTimeout(Duration.ofMinutes(4));

            Long down = client.get()
                    .uri("/big/down")
                    .responseContent()
                    .map(buffer -> (long) buffer.readableBytes())
                    .reduce(0L, Long::sum)
                    .block(Duration.ofMinutes(2));
            assertThat(down).isEqualTo(GIBIBYTE);

            String answer = client.post()
                    .uri("/big/up")
                    .send((request, out) -> out.send(blocks(block)))
                    .responseContent()
                    .aggregate()
                    .asString()
                    .block(Duration.ofMinutes(2));
            assertThat(answer).isEqualTo("ok");
            assertThat(uploaded).hasValue(GIBIBYTE);
            assertThat(process.isAlive()).isTrue();
            assertThat(Files.readString(output)).doesNotContain("OutOfMemory");
        } finally {
            process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
            instance.disposeNow();
        }
    }

    private static Flux<ByteBuf> blocks(byte[] block) {
        return Flux.range(0, BLOCKS).map(i -> Unpooled.wrappedBuffer(block));
    }

    private static List<String> command(int registryPort, int proxyPort) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:MaxDirectMemorySize=48m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                RegistryApplication.class.getName(),
                "--server.port=" + registryPort,
                "--muster.server.data-dir=",
                "--muster.server.ttl=1h",
                "--muster.server.proxy.enabled=true",
                "--muster.server.proxy.listen.port=" + proxyPort));
        return command;
    }

    private static void register(Process process, Path output, int registryPort, int port) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + registryPort + "/v1/services/big/instances/b1"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(
                        "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":" + port + ",\"status\":\"UP\"}"))
                .build();
        java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient();
        await().atMost(Duration.ofMinutes(2))
                .failFast("the process ended, see " + output, () -> !process.isAlive())
                .ignoreExceptions()
                .until(() -> client.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode()
                        == 201);
    }

    private static int freePort() throws java.io.IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
