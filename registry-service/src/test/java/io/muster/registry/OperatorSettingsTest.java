package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.ChangeEvent;
import io.muster.api.DrainResult;
import io.muster.api.Headers;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.OperatorSetting;
import io.muster.api.OperatorSettings;
import io.muster.api.Position;
import io.muster.api.Problem;
import io.muster.api.ServiceHistory;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import io.muster.api.WatcherEvent;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators decide, as its callers see it. */
@Timeout(300)
class OperatorSettingsTest {
    private static RunningRegistry registry;

    @TempDir
    Path home;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start("muster.server.heartbeat=500ms", "muster.server.ttl=10m");
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void anInstanceGoesIntoMaintenanceAndComesBack() {
        register(registry, "single", "a", 4001);
        HttpResponse<String> put =
                put("single/instances/a", "{\"maintenance\":true,\"weight\":50,\"reason\":\"disk swap\"}");
        assertThat(put.statusCode()).isEqualTo(201);
        assertThat(decode(put, OperatorSetting.class)).isEqualTo(new OperatorSetting(true, 50, "disk swap"));
        assertThat(one("single").status()).isEqualTo(InstanceStatus.MAINTENANCE);
        assertThat(one("single").weight()).isEqualTo(50);
        assertThat(one("single").overridden()).isEqualTo(new Instance.Overridden(InstanceStatus.UP, "", 100));
        String position = header(put);

        HttpResponse<String> again =
                put("single/instances/a", "{\"maintenance\":true,\"weight\":50,\"reason\":\"disk swap\"}");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(header(again)).isEqualTo(position);

        assertThat(delete("single/instances/a")).isEqualTo(204);
        assertThat(delete("single/instances/a")).isEqualTo(404);
        assertThat(one("single").status()).isEqualTo(InstanceStatus.UP);
        assertThat(decode(registry.call("GET", "/v1/services/single/history"), ServiceHistory.class)
                        .entries())
                .extracting(entry -> entry.source() + " " + entry.to() + " " + entry.reason())
                .containsExactly(
                        "OPERATOR UP setting withdrawn", "OPERATOR MAINTENANCE disk swap", "INSTANCE UP registered");
    }

    @Test
    void settingsAreListedByNamespace() {
        put("listed/instances/z?namespace=blue", "{\"weight\":0}");
        put("listed?namespace=blue", "{\"maintenance\":true}");

        assertThat(decode(registry.call("GET", "/v1/operator/settings?namespace=blue"), OperatorSettings.class)
                        .settings())
                .containsExactly(
                        new OperatorSettings.Entry("listed", null, new OperatorSetting(true, null, "")),
                        new OperatorSettings.Entry("listed", "z", new OperatorSetting(false, 0, "")));
        assertThat(decode(registry.call("GET", "/v1/operator/settings?namespace=green"), OperatorSettings.class)
                        .settings())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bad/instances/a     | {}                                         | maintenance",
                "bad/instances/a     | {\"reason\":\"x\"}                         | maintenance",
                "bad/instances/a     | {\"weight\":10001}                         | weight",
                "bad/instances/a     | {\"weight\":\"1\"}                         | weight",
                "bad/instances/a     | {\"maintenance\":\"yes\"}                  | maintenance",
                "bad/instances/a     | {\"weight\":1,\"reason\":\"a\\u0007b\"}    | reason",
                "bad/instances/%20   | {\"weight\":1}                             | id",
                "BAD                 | {\"weight\":1}                             | service",
                "bad?namespace=NO    | {\"weight\":1}                             | namespace",
            })
    void whatBreaksARuleIsNamed(String path, String body, String field) {
        HttpResponse<String> answer = put(path, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(decode(answer, Problem.class).field()).isEqualTo(field);
    }

    @Test
    void aServiceOfThousandsIsOnePushForEachOfItsWatchers() {
        int count = 3_000;
        for (int i = 0; i < count; i++) {
            register(registry, "large", "i" + i, 10_000 + i);
        }
        try (EventStream stream = EventStream.open(registry, "?service=large")) {
            stream.next(SnapshotEvent.NAME);
            put("large", "{\"maintenance\":true,\"reason\":\"flood\"}");
            // A change that the snapshot holds already may still be told.
            ChangeEvent change = nextChange(stream, InstanceStatus.MAINTENANCE);
            assertThat(change.instances())
                    .hasSize(count)
                    .allMatch(instance -> instance.status() == InstanceStatus.MAINTENANCE);

            register(registry, "large", "last", 20_000);
            assertThat(stream.nextEvent().data()).as("nothing in between").contains("\"last\"");
        }
    }

    @Test
    void anInstanceInMaintenanceDrainsLikeAnyOther() {
        try (RunningRegistry quick = RunningRegistry.start("muster.server.heartbeat=100ms", "muster.server.ttl=8s")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> quick.call("GET", "/v1/services/any")
                            .headers()
                            .firstValue(Headers.WARMING)
                            .isEmpty());
            String generation = register(quick, "leaving", "a", 4002);
            quick.call("PUT", "/v1/operator/services/leaving/instances/a", "{\"maintenance\":true}");
            try (EventStream stream = EventStream.open(quick, "?service=leaving&ack=true", Map.of())) {
                String watcher = JsonCodec.client()
                        .decode(
                                stream.next(WatcherEvent.NAME).data().getBytes(StandardCharsets.UTF_8),
                                WatcherEvent.class)
                        .value()
                        .watcher();
                stream.next(SnapshotEvent.NAME);
                CompletableFuture<HttpResponse<String>> drain = CompletableFuture.supplyAsync(() -> quick.call(
                        "POST", "/v1/services/leaving/instances/a/drain?timeout=60s&generation=" + generation));
                ChangeEvent change = nextChange(stream, InstanceStatus.DRAINING);
                assertThat(change.instances()).singleElement().satisfies(instance -> {
                    assertThat(instance.status()).isEqualTo(InstanceStatus.MAINTENANCE);
                    assertThat(instance.overridden())
                            .isEqualTo(new Instance.Overridden(InstanceStatus.DRAINING, "", 100));
                });
                assertThat(drain).isNotDone();
                quick.call("POST", "/v1/watch/" + watcher + "/ack", "{\"position\":\"" + change.position() + "\"}");

                DrainResult result =
                        decode(drain.orTimeout(30, TimeUnit.SECONDS).join(), DrainResult.class);
                assertThat(result.complete()).isTrue();
            }
        }
    }

    @Test
    void settingsOutliveTheRegistry() {
        String directory = "muster.server.data-dir=" + home.resolve("kept");
        try (RunningRegistry first = RunningRegistry.start(directory)) {
            first.call("PUT", "/v1/operator/services/kept/instances/a", "{\"maintenance\":true,\"reason\":\"r\"}");
            first.call("PUT", "/v1/operator/services/kept/instances/b", "{\"weight\":3}");
            first.call("DELETE", "/v1/operator/services/kept/instances/b");
        }
        try (RunningRegistry second = RunningRegistry.start(directory)) {
            register(second, "kept", "a", 4003);

            assertThat(second.call("GET", "/v1/services/kept").body()).contains("MAINTENANCE", "\"reason\":\"r\"");
            assertThat(decode(second.call("GET", "/v1/operator/settings"), OperatorSettings.class)
                            .settings())
                    .hasSize(1);
        }
    }

    @Test
    void ofManyAtOnceTheLastOneIsOnTheDisk() throws Exception {
        String directory = "muster.server.data-dir=" + home.resolve("busy");
        int threads = 8;
        OperatorSettings inForce;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (RunningRegistry busy = RunningRegistry.start(directory)) {
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int caller = thread;
                callers.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 40; i++) {
                                String body = "{\"weight\":" + (caller * 100 + i) + "}";
                                assertThat(busy.call("PUT", "/v1/operator/services/busy/instances/i" + i % 5, body)
                                                .statusCode())
                                        .isIn(200, 201);
                            }
                        },
                        executor));
            }
            callers.forEach(CompletableFuture::join);
            inForce = decode(busy.call("GET", "/v1/operator/settings"), OperatorSettings.class);
        } finally {
            executor.shutdown();
        }
        assertThat(inForce.settings()).hasSize(5);
        try (RunningRegistry again = RunningRegistry.start(directory)) {
            assertThat(decode(again.call("GET", "/v1/operator/settings"), OperatorSettings.class))
                    .isEqualTo(inForce);
        }
    }

    @Test
    void whatCannotBeStoredIsInForceAndSaidToBeNotKept() throws IOException {
        Files.writeString(home.resolve("file"), "");
        try (RunningRegistry homeless = RunningRegistry.start("muster.server.data-dir=" + home.resolve("file/below"))) {
            register(homeless, "homeless", "a", 4004);
            HttpResponse<String> answer =
                    homeless.call("PUT", "/v1/operator/services/homeless", "{\"maintenance\":true}");

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(decode(answer, Problem.class).type()).isEqualTo("urn:muster:problem:settings-not-kept");
            assertThat(homeless.call("GET", "/v1/services/homeless").body()).contains("MAINTENANCE");
        }
    }

    private static Instance one(String service) {
        return decode(registry.call("GET", "/v1/services/" + service), ServiceSnapshot.class)
                .instances()
                .get(0);
    }

    private static HttpResponse<String> put(String path, String body) {
        return registry.call("PUT", "/v1/operator/services/" + path, body);
    }

    private static int delete(String path) {
        return registry.call("DELETE", "/v1/operator/services/" + path).statusCode();
    }

    private static String header(HttpResponse<String> response) {
        return Position.parse(response.headers().firstValue(Headers.POSITION).orElseThrow())
                .toString();
    }

    private static String register(RunningRegistry where, String service, String id, int port) {
        String body = "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":" + port + ",\"status\":\"UP\"}";
        return where.call("PUT", "/v1/services/" + service + "/instances/" + id, body)
                .body()
                .replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
    }

    private static <T> T decode(HttpResponse<String> response, Class<T> type) {
        return JsonCodec.client()
                .decode(response.body().getBytes(StandardCharsets.UTF_8), type)
                .value();
    }

    /** The next change whose first instance has a status, or would have it but for the operator. */
    private static ChangeEvent nextChange(EventStream stream, InstanceStatus status) {
        while (true) {
            ChangeEvent change = JsonCodec.client()
                    .decode(stream.next(ChangeEvent.NAME).data().getBytes(StandardCharsets.UTF_8), ChangeEvent.class)
                    .value();
            Instance first = change.instances().get(0);
            Instance.Overridden overridden = first.overridden();
            if (first.status() == status || (overridden != null && overridden.status() == status)) {
                return change;
            }
        }
    }
}
