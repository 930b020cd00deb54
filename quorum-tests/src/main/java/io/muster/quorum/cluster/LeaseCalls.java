package io.muster.quorum.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls the registry's lease API and says what the client knows afterwards. Thread-safe. */
public final class LeaseCalls {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final Duration limit;

    /** @param limit how long an answer is waited for */
    public LeaseCalls(Duration limit) {
        this.limit = limit;
    }

    /**
     * Makes a call at a node.
     *
     * @throws IllegalStateException when the answer is none that the API knows
     */
    public Answer send(URI node, String name, Call call) throws InterruptedException {
        HttpResponse<byte[]> response;
        try {
            response = client.send(request(node, name, call), HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answer.Refused();
        } catch (IOException e) {
            return new Answer.Unknown();
        }
        int status = response.statusCode();
        if (status == 503 || status == 429) {
            return new Answer.Refused();
        }
        if (status == 504) {
            return new Answer.Unknown();
        }
        try {
            return answer(call, status, json.readTree(response.body()));
        } catch (IOException e) {
            throw new IllegalStateException(node + " answered " + status + " to " + call + " with no JSON", e);
        }
    }

    private HttpRequest request(URI node, String name, Call call) {
        if (call instanceof Call.Inspect) {
            return builder(node, name).GET().build();
        }
        ObjectNode body = json.createObjectNode();
        String path;
        if (call instanceof Call.Acquire acquire) {
            path = "acquire";
            body.put("name", name);
            body.put("holder", acquire.holder());
            body.put("requestId", acquire.requestId());
            body.put("ttl", Duration.ofNanos(acquire.ttlNanos()).toMillis() + "ms");
        } else if (call instanceof Call.Renew renew) {
            path = "renew";
            body.putArray("keys").addObject().put("name", name).put("token", renew.token());
        } else if (call instanceof Call.Release release) {
            path = "release";
            body.put("name", name);
            body.put("token", release.token());
        } else {
            throw new IllegalArgumentException("call must be of a lease's client but was " + call);
        }
        return builder(node, path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    private HttpRequest.Builder builder(URI node, String path) {
        return HttpRequest.newBuilder(node.resolve("/v1/leases/" + path)).timeout(limit);
    }

    private static Answer answer(Call call, int status, JsonNode body) {
        return LeaseAnswers.of(call, status, body);
    }
}
