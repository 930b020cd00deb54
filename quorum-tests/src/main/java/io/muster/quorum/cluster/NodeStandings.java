package io.muster.quorum.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks nodes how they stand in the group of the leases. */
final class NodeStandings {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final NodeStanding NONE = new NodeStanding(false, 0);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final ObjectMapper json = new ObjectMapper();

    /**
     * What a node says of itself.
     *
     * @param leads whether it thinks that it leads
     * @param term the latest that it knows
     */
    record NodeStanding(boolean leads, long term) {}

    /** What a node says; that it leads nothing when it does not answer. */
    NodeStanding of(RegistryNode node) {
        HttpRequest request = HttpRequest.newBuilder(node.uri().resolve("/actuator/health"))
                .timeout(LIMIT)
                .build();
        try {
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            for (JsonNode component : json.readTree(answer.body()).path("components")) {
                JsonNode leases = component.path("details").path("leases");
                if (leases.has("role")) {
                    return new NodeStanding(
                            leases.path("role").asText().equals("LEADER"),
                            leases.path("term").asLong());
                }
            }
            return NONE;
        } catch (IOException e) {
            return NONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NONE;
        }
    }
}
