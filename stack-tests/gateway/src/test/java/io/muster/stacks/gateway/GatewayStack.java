package io.muster.stacks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestFleet;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.TestTraffic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Sinks;

/** A {@link TestFleet} behind a gateway in this process. */
final class GatewayStack implements AutoCloseable {
    private static final String NO_GATEWAY = "spring.cloud.gateway.server.webflux.enabled=false";

    private final TestFleet fleet = TestFleet.start(WebApplicationType.REACTIVE, Stock.class, NO_GATEWAY);
    private final ConfigurableApplicationContext gateway;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private GatewayStack() {
        gateway = TestApplication.run(
                fleet.registry(),
                WebApplicationType.REACTIVE,
                GatewayRoutes.class,
                "spring.application.name=gateway",
                "muster.load-balancer.services.stock.strategy=round-robin",
                "muster.load-balancer.services.stock.decline-when-busy=true",
                "muster.load-balancer.services.fleet.strategy=round-robin");
    }

    static GatewayStack start() {
        GatewayStack stack = new GatewayStack();
        RegistryClient client = stack.gateway.getBean(RegistryClient.class);
        TestRegistry.waiting()
                .until(() -> client.view("stock").up().size() == 2
                        && !client.view("fleet").up().isEmpty());
        return stack;
    }

    TestFleet fleet() {
        return fleet;
    }

    ConfigurableApplicationContext gateway() {
        return gateway;
    }

    TestTraffic traffic(String service) {
        return TestTraffic.of(gateway, service);
    }

    URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + port() + path);
    }

    HttpRequest request(String path) {
        return HttpRequest.newBuilder(uri("http", path))
                .timeout(Duration.ofSeconds(60))
                .build();
    }

    /** Sends an instance of {@code stock} requests past the gateway that it never answers. Cancel them. */
    List<CompletableFuture<HttpResponse<String>>> occupy(int instance, int requests) {
        int before = Stock.waiting.get();
        URI slow = URI.create("http://127.0.0.1:" + fleet.port(instance) + "/slow");
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            calls.add(client.sendAsync(HttpRequest.newBuilder(slow).build(), BodyHandlers.ofString()));
        }
        TestRegistry.waiting().until(() -> Stock.waiting.get() == before + requests);
        return calls;
    }

    /** The body of an answer with status 200. */
    String get(String path) {
        HttpResponse<String> response = send(request(path));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    int status(String path) {
        return send(request(path)).statusCode();
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpClient client() {
        return client;
    }

    /** A stream of events that has begun. */
    OpenStream openStream() throws IOException, InterruptedException {
        Stock.streams.clear();
        HttpResponse<InputStream> response = client.send(request("/stock/stream"), BodyHandlers.ofInputStream());
        BufferedReader reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        String instance = event(reader);
        return new OpenStream(instance, reader, Objects.requireNonNull(Stock.streams.poll()));
    }

    /**
     * A stream of events.
     *
     * @param instance who sends it
     * @param reader of its caller
     * @param sink what the instance sends next
     */
    record OpenStream(String instance, BufferedReader reader, Sinks.Many<String> sink) {
        void emit(String event) {
            sink.tryEmitNext(event).orThrow();
        }

        void complete() {
            sink.tryEmitComplete().orThrow();
        }

        String read() throws IOException {
            return event(reader);
        }
    }

    private static String event(BufferedReader reader) throws IOException {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("data:")) {
                return line.substring("data:".length());
            }
        }
        return "";
    }

    private int port() {
        return gateway.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    @Override
    public void close() {
        gateway.close();
        fleet.close();
    }
}
