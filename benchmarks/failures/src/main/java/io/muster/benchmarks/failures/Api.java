package io.muster.benchmarks.failures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.calls.Calls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The registry's HTTP API, as a script would use it. */
final class Api {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Rig rig;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final @Nullable String token;

    Api(Rig rig) {
        this(rig, null);
    }

    /** @param token sent with every call; null for none */
    Api(Rig rig, @Nullable String token) {
        this.rig = rig;
        this.token = token;
    }

    HttpResponse<String> call(String method, String path, String body) throws IOException, InterruptedException {
        return call(method, rig.uri(path), body);
    }

    private HttpResponse<String> call(String method, URI uri, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(LIMIT)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The answer's JSON; an answer other than 2xx is an error. */
    JsonNode json(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = call(method, path, body);
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + " was answered " + answer.statusCode() + " " + answer.body());
        }
        return json.readTree(answer.body().isEmpty() ? "null" : answer.body());
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return json("GET", path, "");
    }

    /** How many instances of the service have a status. */
    int count(String service, String status) throws IOException, InterruptedException {
        int count = 0;
        for (JsonNode instance : get("/v1/services/" + service).get("instances")) {
            count += instance.get("status").asText().equals(status) ? 1 : 0;
        }
        return count;
    }

    /** How often the instance at a port changed to a status, as far as the registry remembers. */
    long changesTo(String status, int port) throws IOException, InterruptedException {
        long count = 0;
        for (JsonNode entry : get("/v1/services/" + Calls.SERVICE + "/history").get("entries")) {
            boolean there = entry.get("id").asText().contains(":" + port + ":");
            count += there && entry.path("to").asText().equals(status) ? 1 : 0;
        }
        return count;
    }
}
