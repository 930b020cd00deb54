package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.muster.api.JsonCodec;
import io.muster.api.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that are registered by a script and never heard of again. */
@Timeout(180)
class ActiveCheckTest {
    private static RunningRegistry registry;

    private final AtomicInteger status = new AtomicInteger(200);
    private HttpServer server;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start("muster.server.heartbeat=500ms", "muster.server.ttl=2s");
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/healthz", exchange -> {
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stopServing() {
        server.stop(0);
    }

    @Test
    void itIsUpWhileItsCheckPassesAndNoLonger() {
        assertThat(put("scripted", HTTP).statusCode()).isEqualTo(201);
        soon().until(() -> shows("scripted", "\"status\":\"UP\""));
        // Far beyond the TTL of one that sends heartbeats.
        await().during(Duration.ofSeconds(5))
                .atMost(Duration.ofSeconds(30))
                .until(() -> shows("scripted", "\"status\":\"UP\""));

        status.set(503);
        soon().until(() -> shows("scripted", "\"status\":\"DOWN\"", "HTTP 503 from /healthz"));
        assertThat(put("scripted", HTTP).statusCode()).as("a script repeats it").isEqualTo(200);
        assertThat(shows("scripted", "\"status\":\"DOWN\"")).isTrue();
        status.set(200);
        soon().until(() -> shows("scripted", "\"status\":\"UP\""));
        server.stop(0);
        soon().until(() -> shows("scripted", "\"status\":\"DOWN\"", "connection refused"));

        assertThat(registry.call("GET", "/v1/services/scripted/history").body())
                .contains("not checked yet")
                .contains("\"source\":\"CHECKS\"", "HTTP 503 from /healthz", "checks pass", "connection refused");
        assertThat(registry.call("GET", "/actuator/prometheus").body())
                .contains("muster_server_checks_seconds_count{outcome=\"passed\",type=\"http\"")
                .contains("muster_server_checks_seconds_count{outcome=\"failed\",type=\"http\"");
    }

    @Test
    void oneThatIsNotReadyIsNeverUp() {
        status.set(500);
        put("unready", HTTP);
        soon().until(() -> shows("unready", "\"status\":\"DOWN\"", "HTTP 500 from /healthz"));

        assertThat(registry.call("GET", "/v1/services/unready/history").body()).doesNotContain("\"to\":\"UP\"");
    }

    @Test
    void aReportOfARefusedConnectionIsLookedIntoAtOnce() {
        String generation = put("reported", "{\"type\":\"tcp\",\"interval\":\"10m\"}")
                .body()
                .replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
        soon().until(() -> shows("reported", "\"status\":\"UP\""));
        server.stop(0);
        registry.call(
                "POST",
                "/v1/reports",
                "{\"instances\":[{\"service\":\"reported\",\"id\":\"a\",\"generation\":\"" + generation + "\"}]}");

        soon().until(() -> shows("reported", "\"status\":\"DOWN\"", "refuses connections"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "169.254.169.254", "0.0.0.0", "nobody.invalid"})
    void whatMayNotBeLookedAtIsRefused(String host) {
        String body = "{\"process\":\"p\",\"host\":\"" + host + "\",\"port\":80,\"check\":{\"type\":\"tcp\"}}";
        HttpResponse<String> answer = registry.call("PUT", "/v1/services/refused/instances/a", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        Problem problem = JsonCodec.client()
                .decode(answer.body().getBytes(StandardCharsets.UTF_8), Problem.class)
                .value();
        assertThat(problem.field()).isEqualTo("host");
        assertThat(problem.value()).isEqualTo(host);
        assertThat(registry.call("GET", "/v1/services/refused").body()).contains("\"instances\":[]");
    }

    private static final String HTTP =
            "{\"type\":\"http\",\"path\":\"/healthz\",\"expect\":\"200-299\",\"interval\":\"1s\",\"failures\":3}";

    private HttpResponse<String> put(String service, String check) {
        String body = "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":"
                + server.getAddress().getPort() + ",\"check\":" + check + "}";
        return registry.call("PUT", "/v1/services/" + service + "/instances/a", body);
    }

    private static boolean shows(String service, String... parts) {
        String body = registry.call("GET", "/v1/services/" + service).body();
        for (String part : parts) {
            if (!body.contains(part)) {
                return false;
            }
        }
        return true;
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }
}
