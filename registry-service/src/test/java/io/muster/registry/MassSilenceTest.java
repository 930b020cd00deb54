package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three instances fall silent at once, at ports where the kernel accepts connections and nobody answers. */
@Timeout(120)
class MassSilenceTest {
    private static final int INSTANCES = 3;

    private final List<ServerSocket> sockets = new ArrayList<>();

    @AfterEach
    void closeSockets() throws IOException {
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void isSaidEverywhereAndEndsWhenTheOperatorAgrees() throws IOException {
        try (RunningRegistry registry = silentRegistry("5m")) {
            assertThat(registry.call("GET", "/actuator/health").body())
                    .contains("3 of 3 instances of namespace default");
            assertThat(registry.call("GET", "/actuator/prometheus").body()).contains("muster_server_eviction_held 3.0");
            assertThat(up(registry)).isEqualTo(INSTANCES);
            assertThat(agree(registry, "other")).isEqualTo(404);
            assertThat(up(registry)).isEqualTo(INSTANCES);

            assertThat(agree(registry, "default")).isEqualTo(204);

            await().atMost(Duration.ofSeconds(60)).until(() -> up(registry) == 0);
            assertThat(holds(registry)).isEqualTo("{\"holds\":[]}");
        }
    }

    @Test
    void endsAtItsLimit() throws IOException {
        try (RunningRegistry registry = silentRegistry("6s")) {
            await().atMost(Duration.ofSeconds(60)).until(() -> up(registry) == 0);
            assertThat(holds(registry)).isEqualTo("{\"holds\":[]}");
        }
    }

    private RunningRegistry silentRegistry(String hold) throws IOException {
        RunningRegistry registry = RunningRegistry.start(
                "muster.server.heartbeat=100ms", "muster.server.ttl=4s", "muster.server.silence-hold=" + hold);
        for (int i = 0; i < INSTANCES; i++) {
            ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            String body = "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":" + socket.getLocalPort()
                    + ",\"status\":\"UP\"}";
            registry.call("PUT", "/v1/services/silent/instances/i" + i, body);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        holds(registry).contains("{\"namespace\":\"default\",\"silent\":3,\"of\":3,\"heldSeconds\":"));
        return registry;
    }

    private static String holds(RunningRegistry registry) {
        return registry.call("GET", "/v1/operator/silence").body();
    }

    private static int agree(RunningRegistry registry, String namespace) {
        return registry.call("DELETE", "/v1/operator/silence?namespace=" + namespace)
                .statusCode();
    }

    private static int up(RunningRegistry registry) {
        String body = registry.call("GET", "/v1/services/silent").body();
        return (body.length() - body.replace("\"UP\"", "").length()) / "\"UP\"".length();
    }
}
