package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Headers;
import io.muster.api.Heartbeats;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.api.Registered;
import io.muster.api.ServiceList;
import io.muster.api.ServiceSnapshot;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RegistryApiTest {
    private static RunningRegistry registry;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void theHistoryTellsWhyAnInstanceTakesNoTraffic() {
        String generation = registry.call(
                        "PUT",
                        "/v1/services/told/instances/a",
                        "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":4711,\"status\":\"UP\"}")
                .body()
                .replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
        registry.call("DELETE", "/v1/services/told/instances/a?generation=" + generation);

        String history = registry.call("GET", "/v1/services/told/history").body();

        assertThat(history).contains("\"from\":\"UP\"", "\"reason\":\"deregistered\"", "\"to\":\"UP\"");
        assertThat(history.indexOf("deregistered")).isLessThan(history.indexOf("\"registered\""));
        assertThat(registry.call("GET", "/v1/services/NO/history").statusCode()).isEqualTo(400);
    }

    @Test
    void anInstanceLivesFromRegistrationToDeregistration() {
        HttpResponse<String> created = register("life", "a", "p1", 8081, "STARTING");
        assertThat(created.statusCode()).isEqualTo(201);
        Registered registered = decode(created, Registered.class);
        assertThat(registered.ttlMillis()).isEqualTo(15_000);
        assertThat(registered.heartbeatMillis()).isEqualTo(5_000);
        assertThat(Position.parse(header(created, Headers.POSITION)).covers(registered.generation()))
                .isTrue();
        String generation = registered.generation().toString();

        assertThat(registry.call("PATCH", path("life", "a") + "?generation=" + generation, "{\"status\":\"UP\"}")
                        .statusCode())
                .isEqualTo(200);
        Instance instance = lookup("life").instances().get(0);
        assertThat(instance.status()).isEqualTo(InstanceStatus.UP);
        assertThat(instance.generation()).isEqualTo(registered.generation());

        assertThat(registry.call("DELETE", path("life", "a") + "?generation=" + generation)
                        .statusCode())
                .isEqualTo(204);
        assertThat(lookup("life").instances()).isEmpty();
        assertThat(registry.call("DELETE", path("life", "a") + "?generation=" + generation)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void theSameContentAgainChangesNothing() {
        Registered first = decode(register("same", "a", "p1", 8082, "UP"), Registered.class);
        HttpResponse<String> again = register("same", "a", "p1", 8082, "UP");

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(decode(again, Registered.class)).isEqualTo(first);
        assertThat(lookup("same").position()).isEqualTo(first.generation());
    }

    @Test
    void aStaleGenerationIsRefusedAndChangesNothing() {
        Registered old = decode(register("stale", "a", "p1", 8083, "UP"), Registered.class);
        register("stale", "a", "p2", 8083, "UP");
        ServiceSnapshot before = lookup("stale");

        HttpResponse<String> deletion = registry.call("DELETE", path("stale", "a") + "?generation=" + old.generation());
        assertThat(deletion.statusCode()).isEqualTo(409);
        assertThat(decode(deletion, Problem.class).field()).isEqualTo("generation");
        assertThat(registry.call(
                                "PATCH",
                                path("stale", "a") + "?generation=" + old.generation(),
                                "{\"status\":\"DRAINING\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(lookup("stale")).isEqualTo(before);
    }

    @Test
    void heartbeatsNameTheOnesThatAreUnknown() {
        Registered known = decode(register("beats", "a", "p1", 8084, "UP"), Registered.class);
        HttpResponse<String> answer = registry.call("POST", "/v1/heartbeats", """
                {"instances":[{"service":"beats","id":"a","generation":"%1$s"},
                 {"service":"beats","id":"a","generation":"1:1"},
                 {"service":"beats","id":"b","generation":"%1$s"}]}""".formatted(known.generation()));

        assertThat(decode(answer, Heartbeats.Answer.class).unknown())
                .extracting(reference -> reference.id() + "@" + reference.generation())
                .containsExactly("a@1:1", "b@" + known.generation());
    }

    @Test
    void entityTagsDependOnTheServiceAlone() {
        register("tagged", "a", "p1", 8085, "UP");
        HttpResponse<String> first = registry.call("GET", "/v1/services/tagged");
        String etag = header(first, "ETag");
        register("other", "a", "p9", 8086, "UP");

        assertThat(lookup("tagged", etag).statusCode()).isEqualTo(304);
        assertThat(lookup("tagged", "\"x\", W/" + etag).statusCode()).isEqualTo(304);
        assertThat(registry.call("GET", "/v1/services/tagged").body()).isEqualTo(first.body());
        register("tagged", "b", "p2", 8087, "UP");
        assertThat(lookup("tagged", etag).statusCode()).isEqualTo(200);
    }

    @Test
    void plainCallsAndUnusualOnesAreAnsweredAlike() {
        Registered known = decode(register("alike", "a", "p1", 8098, "UP"), Registered.class);
        HttpResponse<String> plain = registry.call("GET", "/v1/services/alike?namespace=default");
        HttpResponse<String> unusual = registry.call("GET", "/v1/services/alike?namespace=default&other=1");
        assertThat(unusual.body()).isEqualTo(plain.body());
        for (String header : new String[] {"ETag", "Cache-Control", "Content-Type", "Content-Length"}) {
            assertThat(header(unusual, header)).as(header).isEqualTo(header(plain, header));
        }
        assertThat(header(plain, Headers.POSITION)).isEqualTo(header(unusual, Headers.POSITION));

        String body = "{\"more\":1,\"instances\":[{\"service\":\"alike\",\"id\":\"b\",\"generation\":\"%s\"}]}"
                .formatted(known.generation());
        HttpResponse<String> beat = registry.call("POST", "/v1/heartbeats", body);
        HttpResponse<String> unusualBeat = registry.call("POST", "/v1/heartbeats?other=1", body);
        assertThat(unusualBeat.body()).isEqualTo(beat.body()).contains("\"id\":\"b\"");
        assertThat(header(beat, Headers.UNKNOWN_FIELDS)).isEqualTo(header(unusualBeat, Headers.UNKNOWN_FIELDS));
        assertThat(registry.call("POST", "/v1/heartbeats", "{").body())
                .isEqualTo(registry.call("POST", "/v1/heartbeats?other=1", "{").body());
        assertThat(registry.call("POST", "/v1/heartbeats?strict=true", body).statusCode())
                .isEqualTo(400);
    }

    @Test
    void lookupsFilterByStatusAndZone() {
        registry.call(
                "PUT",
                path("zoned", "a"),
                "{\"process\":\"p1\",\"host\":\"10.9.0.1\",\"port\":1,\"zone\":\"z1\",\"status\":\"UP\"}");
        registry.call(
                "PUT",
                path("zoned", "b"),
                "{\"process\":\"p2\",\"host\":\"10.9.0.2\",\"port\":1,\"zone\":\"z2\",\"status\":\"UP\"}");
        registry.call(
                "PUT", path("zoned", "c"), "{\"process\":\"p3\",\"host\":\"10.9.0.3\",\"port\":1,\"zone\":\"z1\"}");

        HttpResponse<String> filtered = registry.call("GET", "/v1/services/zoned?zone=z1&status=UP");
        assertThat(decode(filtered, ServiceSnapshot.class).instances())
                .extracting(Instance::id)
                .containsExactly("a");
        assertThat(filtered.headers().firstValue("ETag")).isEmpty();
    }

    @Test
    void namespacesAreWorldsOfTheirOwn() {
        registry.call(
                "PUT",
                path("spaced", "a") + "?namespace=blue",
                "{\"process\":\"p1\",\"host\":\"10.9.1.1\",\"port\":1,\"status\":\"UP\"}");

        assertThat(lookup("spaced").instances()).isEmpty();
        assertThat(decode(registry.call("GET", "/v1/services/spaced?namespace=blue"), ServiceSnapshot.class)
                        .instances())
                .hasSize(1);
        ServiceList list = decode(registry.call("GET", "/v1/services?namespace=blue"), ServiceList.class);
        assertThat(list.services()).singleElement().satisfies(entry -> {
            assertThat(entry.name()).isEqualTo("spaced");
            assertThat(entry.up()).isEqualTo(1);
        });
    }

    @Test
    void unknownFieldsAreNamedInAHeaderOrRefused() {
        String body = "{\"process\":\"p1\",\"host\":\"10.9.2.1\",\"port\":1,\"colour\":\"red\"}";

        HttpResponse<String> tolerant = registry.call("PUT", path("newer", "a"), body);
        assertThat(tolerant.statusCode()).isEqualTo(201);
        assertThat(header(tolerant, Headers.UNKNOWN_FIELDS)).isEqualTo("colour");
        HttpResponse<String> strict = registry.call("PUT", path("newer", "b") + "?strict=true", body);
        assertThat(strict.statusCode()).isEqualTo(400);
        assertThat(decode(strict, Problem.class).field()).isEqualTo("colour");
        assertThat(lookup("newer").instances()).hasSize(1);
    }

    @Test
    void everyRouteStandsInTheOpenApiDocument() {
        assertThat(registry.call("GET", "/v3/api-docs").body())
                .contains("/v1/services/{service}/instances/{id}")
                .contains("/v1/heartbeats")
                .contains("\"/v1/services\"")
                .contains("/v1/watch/{watcher}/services")
                .contains("/v1/watch/{watcher}/ack")
                .contains("Registration");
    }

    @Test
    void operatorsSeeHealthInfoAndMeters() {
        register("metered", "a", "p1", 8099, "UP");

        assertThat(registry.call("GET", "/actuator/health").body())
                .contains("\"registry\"")
                .contains("\"position\"");
        assertThat(registry.call("GET", "/actuator/info").statusCode()).isEqualTo(200);
        assertThat(registry.call("GET", "/actuator/prometheus").body())
                .contains("muster_server_instances ")
                .contains("muster_server_heartbeats_total")
                .contains("muster_server_changes_total");
    }

    private static HttpResponse<String> register(String service, String id, String process, int port, String status) {
        return registry.call(
                "PUT",
                path(service, id),
                "{\"process\":\"%s\",\"host\":\"127.0.0.1\",\"port\":%d,\"status\":\"%s\"}"
                        .formatted(process, port, status));
    }

    private static HttpResponse<String> lookup(String service, String ifNoneMatch) {
        return registry.send(HttpRequest.newBuilder(registry.url().resolve("/v1/services/" + service))
                .header("If-None-Match", ifNoneMatch)
                .build());
    }

    private static ServiceSnapshot lookup(String service) {
        return decode(registry.call("GET", "/v1/services/" + service), ServiceSnapshot.class);
    }

    private static String path(String service, String id) {
        return "/v1/services/" + service + "/instances/" + id;
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }

    private static <T> T decode(HttpResponse<String> response, Class<T> type) {
        return JsonCodec.client()
                .decode(response.body().getBytes(StandardCharsets.UTF_8), type)
                .value();
    }
}
