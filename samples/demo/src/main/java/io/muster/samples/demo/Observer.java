package io.muster.samples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Looks at the services from outside: the registry's catalogue, and what {@code orders} says of its own balancer. */
final class Observer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;

    Observer(HttpClient client) {
        this.client = client;
    }

    boolean answers(URI uri) throws InterruptedException {
        return get(uri).isPresent();
    }

    /** The status of the instance on {@code port} in the registry's catalogue; empty when it is not there. */
    String status(Service registry, String service, int port) throws InterruptedException {
        Optional<JsonNode> snapshot = get(registry.uri("/v1/services/" + service));
        for (JsonNode instance : snapshot.map(node -> node.path("instances")).orElse(JSON.createArrayNode())) {
            if (instance.path("port").asInt() == port) {
                return instance.path("status").asText();
            }
        }
        return "";
    }

    /** How many orders are stored; -1 when nobody answers. */
    long stored(Service orders) throws InterruptedException {
        return get(orders.uri("/orders/count"))
                .map(node -> node.path("orders").asLong(-1))
                .orElse(-1L);
    }

    private Optional<JsonNode> get(URI uri) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether a caller's balancer offers requests to the instance on {@code port}: it is in the view, UP, and not taken out.
     * True as well when the caller does not answer.
     */
    boolean inRotation(Service caller, String service, int port) throws InterruptedException {
        Optional<JsonNode> state = get(caller.uri("/actuator/muster"));
        if (state.isEmpty()) {
            return true;
        }
        for (JsonNode instance : state.get().path("services").path(service).path("instances")) {
            if (instance.path("port").asInt() == port) {
                return "UP".equals(instance.path("status").asText())
                        && instance.path("eligible").asBoolean(true);
            }
        }
        return false;
    }
}
