package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.InstanceRegistration;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;

/** What operators decide at a real registry, and where the calls of a real client go. */
@Timeout(300)
class OperatorTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SERVICE = "operated";

    private final TestRegistry registry = TestRegistry.start();
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<InstanceRegistration> registrations = new ArrayList<>();
    private @Nullable ConfigurableApplicationContext caller;

    private RegistryClient start(String strategy) throws IOException {
        ConfigurableApplicationContext started = new SpringApplicationBuilder(
                        RegistryBalancedCallsTest.Application.class, ClientKind.Beans.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--muster.registry.urls=" + registry.url(),
                        "--muster.load-balancer.strategy=" + strategy,
                        "--spring.main.banner-mode=off",
                        "--spring.application.name=caller");
        caller = started;
        RegistryClient client = started.getBean(RegistryClient.class);
        instance(client, "first");
        instance(client, "second");
        await(client.view(SERVICE), view -> view.up().size() == 2);
        return client;
    }

    @AfterEach
    void stopAll() {
        if (caller != null) {
            caller.close();
        }
        servers.forEach(server -> server.stop(0));
        registry.close();
    }

    @Test
    void oneInMaintenanceGetsNoCallUntilItIsOver() throws Exception {
        RegistryClient client = start("round-robin");
        ServiceView view = client.view(SERVICE);
        assertThat(answers(20)).containsOnlyKeys("first", "second");
        operate("PUT", "/instances/first", "{\"maintenance\":true,\"reason\":\"disk swap\"}");
        await(view, seen -> seen.up().size() == 1);

        assertThat(answers(50)).containsExactly(Map.entry("second", 50));
        assertThat(view.snapshot().instances().get(0).reason()).isEqualTo("disk swap");

        operate("DELETE", "/instances/first", "");
        await(view, seen -> seen.up().size() == 2);
        assertThat(answers(20)).containsOnlyKeys("first", "second");
    }

    @Test
    void aNewProcessUnderItsIdStaysInMaintenance() throws Exception {
        RegistryClient client = start("round-robin");
        ServiceView view = client.view(SERVICE);
        operate("PUT", "/instances/first", "{\"maintenance\":true}");
        await(view, seen -> seen.up().size() == 1);
        registrations.get(0).close();
        await(view, seen -> seen.snapshot().instances().size() == 1);
        instance(client, "first");
        await(view, seen -> seen.snapshot().instances().size() == 2);

        assertThat(view.snapshot().instances().get(0).status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(answers(20)).containsOnlyKeys("second");
    }

    @Test
    void anOverriddenWeightIsHonoured() throws Exception {
        RegistryClient client = start("power-of-two-choices");
        ServiceView view = client.view(SERVICE);
        operate("PUT", "/instances/first", "{\"weight\":0}");
        await(view, seen -> seen.snapshot().instances().get(0).weight() == 0);
        assertThat(answers(30)).containsOnlyKeys("second");

        operate("PUT", "/instances/first", "{\"weight\":10000}");
        await(view, seen -> seen.snapshot().instances().get(0).weight() == 10_000);
        // A hundred times its weight outdoes whatever the two differ in latency on one machine.
        assertThat(answers(200).getOrDefault("first", 0)).isGreaterThan(150);
    }

    /** Waits for a view, and for the balancer that listens to it. */
    private static void await(ServiceView view, Predicate<ServiceView> wanted) {
        Awaitility.await().atMost(SOON).until(() -> wanted.test(view));
        // Returns once all listeners have been told of what the view shows.
        view.onChange(snapshot -> {}).close();
    }

    private Map<String, Integer> answers(int count) {
        Caller calls = ClientKind.REST_CLIENT_JDK.of(Objects.requireNonNull(caller), SERVICE);
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            answers.merge(calls.call(HttpMethod.GET, "/who", ""), 1, Integer::sum);
        }
        return answers;
    }

    private void operate(String method, String below, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(registry.url() + "/v1/operator/services/" + SERVICE + below))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .statusCode())
                .isIn(200, 201, 204);
    }

    private void instance(RegistryClient client, String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/who", exchange -> {
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        InstanceRegistration registration = client.register(
                SERVICE,
                name,
                Registration.of(
                                name + servers.size(),
                                "127.0.0.1",
                                server.getAddress().getPort())
                        .withStatus(InstanceStatus.UP));
        registration.start().join();
        registrations.add(registration);
    }
}
