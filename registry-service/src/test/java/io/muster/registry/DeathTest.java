package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.muster.api.Identity;
import io.muster.api.WatcherEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the registry finds out, over a real network, that an instance is gone, and that it is not. */
@Timeout(120)
class DeathTest {
    /** Far below the TTL: what is seen within this time was not seen by silence. */
    private static final Duration AT_ONCE = Duration.ofSeconds(60);

    private static RunningRegistry registry;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start("muster.server.ttl=10m");
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void aBrokenStreamAndARefusedConnectionAreADeath() throws IOException {
        String generation = register(registry, "killed", closedPort());
        EventStream stream = EventStream.open(registry, "?instance=killed/a&generation=" + generation);
        stream.next(WatcherEvent.NAME);
        assertThat(status(registry, "killed")).isEqualTo("UP");

        stream.close();

        soon().until(() -> status(registry, "killed").equals("DOWN"));
        assertThat(registry.call("GET", "/v1/services/killed").body()).contains("refuses connections");
    }

    @Test
    void aBrokenStreamOfOneThatAcceptsConnectionsIsNone() throws IOException {
        try (ServerSocket open = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String generation = register(registry, "cut-off", open.getLocalPort());
            EventStream stream = EventStream.open(registry, "?instance=cut-off/a&generation=" + generation);
            stream.next(WatcherEvent.NAME);

            stream.close();
            open.accept().close();

            assertThat(status(registry, "cut-off")).isEqualTo("UP");
        }
    }

    @Test
    void aReportMakesTheRegistryLookForItself() throws IOException {
        String dead = register(registry, "reported", closedPort());
        try (ServerSocket open = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String alive = register(registry, "slandered", open.getLocalPort());
            assertThat(report("slandered", alive)).isEqualTo(202);
            open.accept().close();
            assertThat(report("reported", dead)).isEqualTo(202);

            soon().until(() -> status(registry, "reported").equals("DOWN"));
            assertThat(status(registry, "slandered")).isEqualTo("UP");
        }
    }

    @Test
    void reportsOfStrangersAreTakenAndChangeNothing() throws IOException {
        register(registry, "bystander", closedPort());

        assertThat(report("bystander", "1:1")).isEqualTo(202);
        assertThat(report("nobody", "1:1")).isEqualTo(202);
        assertThat(registry.call("POST", "/v1/reports", "{}").body()).contains("\"field\":\"instances\"");
        assertThat(registry.call("POST", "/v1/reports", "{\"instances\":[null]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(status(registry, "bystander")).isEqualTo("UP");
    }

    @Test
    void whoAnswersAsItselfIsNotGivenUpAtItsTtl() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (RunningRegistry quick = RunningRegistry.start("muster.server.heartbeat=1s", "muster.server.ttl=6s")) {
            int port = server.getAddress().getPort();
            String self = register(quick, "self", port);
            try (ServerSocket open = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
                register(quick, "open", open.getLocalPort());
                server.createContext(Identity.PATH, exchange -> {
                    byte[] json = ("{\"id\":\"a\",\"generation\":\"" + self + "\"}").getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, json.length);
                    exchange.getResponseBody().write(json);
                    exchange.close();
                });
                server.start();

                await().atMost(Duration.ofSeconds(40))
                        .until(() -> status(quick, "open").equals("DOWN"));
                assertThat(status(quick, "self")).isEqualTo("UP");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> status(quick, "self").equals("DOWN"));
            }
        } finally {
            server.stop(0);
        }
    }

    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(10)).atMost(AT_ONCE);
    }

    private static int report(String service, String generation) {
        String instance = "{\"service\":\"" + service + "\",\"id\":\"a\",\"generation\":\"" + generation + "\"}";
        return registry.call("POST", "/v1/reports", "{\"instances\":[" + instance + "]}")
                .statusCode();
    }

    private static String status(RunningRegistry registry, String service) {
        return registry.call("GET", "/v1/services/" + service).body().replaceAll(".*\"status\":\"([A-Z]+)\".*", "$1");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String register(RunningRegistry registry, String service, int port) {
        String body = "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":" + port + ",\"status\":\"UP\"}";
        return registry.call("PUT", "/v1/services/" + service + "/instances/a", body)
                .body()
                .replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
    }
}
