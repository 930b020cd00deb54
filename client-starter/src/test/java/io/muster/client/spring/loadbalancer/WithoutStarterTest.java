package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.RegistryClient;
import io.muster.client.ServiceView;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.loadbalancer.ClientKind.Caller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;

/** Services without the starter: one PUT each, as from curl, and the calls of a real client. */
@Timeout(300)
class WithoutStarterTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void callsGoWhereChecksPass() throws Exception {
        AtomicInteger health = new AtomicInteger(200);
        HttpServer sick = server("sick", health);
        HttpServer sound = server("sound", new AtomicInteger(200));
        try (TestRegistry registry = TestRegistry.start();
                ConfigurableApplicationContext caller = new SpringApplicationBuilder(
                                RegistryBalancedCallsTest.Application.class, ClientKind.Beans.class)
                        .web(WebApplicationType.NONE)
                        .run(
                                "--muster.registry.urls=" + registry.url(),
                                "--muster.load-balancer.strategy=round-robin",
                                "--spring.main.banner-mode=off",
                                "--spring.application.name=caller")) {
            put(registry, "sick", sick);
            put(registry, "sound", sound);
            ServiceView view = caller.getBean(RegistryClient.class).view("scripted");
            Caller calls = ClientKind.REST_CLIENT_JDK.of(caller, "scripted");
            awaitUp(view, 2);
            assertThat(answers(calls)).containsExactly("sick", "sound");

            health.set(503);
            awaitUp(view, 1);
            assertThat(answers(calls)).containsExactly("sound");
            Instance down = view.snapshot().instances().get(0);
            assertThat(down.status()).isEqualTo(InstanceStatus.DOWN);
            assertThat(down.reason()).isEqualTo("HTTP 503 from /healthz");

            health.set(200);
            awaitUp(view, 2);
            assertThat(answers(calls)).containsExactly("sick", "sound");
        } finally {
            sick.stop(0);
            sound.stop(0);
        }
    }

    /** Waits until so many take requests, and until the balancer has been told, which listens to the view. */
    private static void awaitUp(ServiceView view, int count) {
        await().atMost(SOON).until(() -> view.up().size() == count);
        view.onChange(snapshot -> {}).close();
    }

    private static Set<String> answers(Caller calls) {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            answers.add(calls.call(HttpMethod.GET, "/who", ""));
        }
        return answers;
    }

    private static void put(TestRegistry registry, String id, HttpServer server)
            throws IOException, InterruptedException {
        String body = "{\"process\":\"1\",\"host\":\"127.0.0.1\",\"port\":"
                + server.getAddress().getPort()
                + ",\"check\":{\"type\":\"http\",\"path\":\"/healthz\",\"interval\":\"1s\"}}";
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(registry.url() + "/v1/services/scripted/instances/" + id))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(201);
    }

    private static HttpServer server(String name, AtomicInteger health) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/who", exchange -> {
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/healthz", exchange -> {
            exchange.sendResponseHeaders(health.get(), -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
