package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.ChangeEvent;
import io.muster.api.DrainResult;
import io.muster.api.Headers;
import io.muster.api.JsonCodec;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import io.muster.api.WatcherEvent;
import io.muster.registry.EventStream.Event;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is waited for before an instance may go, and by what they are known to know. */
@Timeout(60)
class DrainTest {
    /** Nobody sends heartbeats here: longer than any test is still about an instance that is not DOWN. */
    private static final Duration TTL = Duration.ofSeconds(6);

    private static RunningRegistry registry;

    @BeforeAll
    static void start() {
        registry = RunningRegistry.start(
                "muster.server.heartbeat=500ms",
                "muster.server.ttl=" + TTL.toSeconds() + "s",
                "muster.server.keep-alive=200ms");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> registry.call("GET", "/v1/services/any")
                        .headers()
                        .firstValue(Headers.WARMING)
                        .isEmpty());
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void nobodyWatchingIsNobodyToWaitFor() {
        DrainResult result = drain("alone", register("alone"), "10s").join();

        assertThat(result.complete()).isTrue();
        assertThat(status("alone")).isEqualTo("DRAINING");
    }

    @Test
    void itIsOverOnceEveryWatcherHasAcknowledged() {
        String generation = register("seen");
        try (EventStream first = open("seen", "");
                EventStream second = open("seen", "")) {
            String firstId = watcher(first);
            String secondId = watcher(second);
            CompletableFuture<DrainResult> drain = drain("seen", generation, "30s");
            acknowledge(firstId, first.next(ChangeEvent.NAME));
            Event draining = second.next(ChangeEvent.NAME);
            assertThat(drain).isNotDone();
            acknowledge(secondId, draining);

            DrainResult result = drain.orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(result.complete()).isTrue();
            assertThat(result.waiting()).isEmpty();
        }
    }

    @Test
    void theAnswerNamesWhoHasNotAcknowledgedWhenTheTimeIsUp() {
        String generation = register("slow");
        try (EventStream stream = open("slow", "")) {
            String id = watcher(stream);
            DrainResult result = drain("slow", generation, "100ms").join();

            assertThat(result.complete()).isFalse();
            assertThat(result.waiting()).singleElement().satisfies(waiting -> {
                assertThat(id).startsWith(waiting.watcher()).isNotEqualTo(waiting.watcher());
                assertThat(waiting.connected()).isTrue();
            });
            assertThat(status("slow")).isEqualTo("DRAINING");
        }
    }

    @Test
    void whoDoesNotAcknowledgeIsNotWaitedFor() {
        String generation = register("read-only");
        try (EventStream stream = EventStream.open(registry, "?service=read-only")) {
            stream.next(SnapshotEvent.NAME);

            assertThat(drain("read-only", generation, "10s").join().complete()).isTrue();
        }
    }

    @Test
    void aStreamThatBreaksIsWaitedForUntilItsClientIsBack() {
        String generation = register("broken");
        EventStream broken = open("broken", "");
        String former = watcher(broken);
        broken.next(SnapshotEvent.NAME);
        broken.close();
        awaitWatchersToEnd();
        CompletableFuture<DrainResult> drain = drain("broken", generation, "30s");
        assertThat(drain("broken", generation, "50ms").join().waiting())
                .singleElement()
                .satisfies(waiting -> assertThat(waiting.connected()).isFalse());
        assertThat(drain).isNotDone();

        try (EventStream again = open("broken", "&former=" + former)) {
            String id = watcher(again);
            Event snapshot = again.next(SnapshotEvent.NAME);
            assertThat(drain).isNotDone();
            acknowledge(id, snapshot);

            assertThat(drain.orTimeout(10, TimeUnit.SECONDS).join().complete()).isTrue();
        }
    }

    @Test
    void aClientThatIsBackBeforeItsStreamIsSeenToBreakIsOneWatcher() {
        String generation = register("early");
        EventStream first = open("early", "");
        String former = watcher(first);
        try (EventStream second = open("early", "&former=" + former)) {
            String id = watcher(second);
            Event snapshot = second.next(SnapshotEvent.NAME);
            first.close();
            awaitWatchersToEnd();
            CompletableFuture<DrainResult> drain = drain("early", generation, "30s");
            acknowledge(id, second.next(ChangeEvent.NAME));

            assertThat(snapshot.id()).isNotEmpty();
            assertThat(drain.orTimeout(4, TimeUnit.SECONDS).join().complete()).isTrue();
        }
    }

    @Test
    void aStreamThatBreaksForGoodIsForgottenAfterTheTtl() {
        String generation = register("lost");
        EventStream lost = open("lost", "");
        watcher(lost);
        lost.close();
        awaitWatchersToEnd();

        long before = System.nanoTime();
        assertThat(drain("lost", generation, "30s").join().complete()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(500));
    }

    @Test
    void whoSaysFarewellIsNotWaitedFor() {
        String generation = register("farewell");
        EventStream stream = open("farewell", "");
        String id = watcher(stream);
        assertThat(registry.call("DELETE", "/v1/watch/" + id).statusCode()).isEqualTo(204);
        assertThat(stream.ended()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(registry.call("DELETE", "/v1/watch/" + id).statusCode()).isEqualTo(404);

        assertThat(drain("farewell", generation, "10s").join().complete()).isTrue();
    }

    @Test
    void theStreamOfAnInstanceThatIsGoneIsNotWaitedFor() {
        String generation = register("gone");
        String caller = register("caller");
        EventStream stream = open("gone", "&instance=caller/a&generation=" + caller);
        watcher(stream);
        stream.close();
        awaitWatchersToEnd();
        registry.call("DELETE", "/v1/services/caller/instances/a?generation=" + caller);

        assertThat(drain("gone", generation, "10s").join().complete()).isTrue();
    }

    @Test
    void whoResumesFromAPositionHasAppliedIt() {
        String generation = register("resumed");
        String applied;
        try (EventStream stream = open("resumed", "")) {
            String id = watcher(stream);
            stream.next(SnapshotEvent.NAME);
            CompletableFuture<DrainResult> drain = drain("resumed", generation, "30s");
            Event draining = stream.next(ChangeEvent.NAME);
            acknowledge(id, draining);
            drain.join();
            applied = draining.id();
        }
        try (EventStream again =
                EventStream.open(registry, "?ack=true&service=resumed", Map.of(Headers.LAST_EVENT_ID, applied))) {
            watcher(again);
            awaitWatchersToEnd();

            assertThat(drain("resumed", generation, "10s").join().complete()).isTrue();
        }
    }

    @Test
    void aWarmingRegistryMayNotKnowEverybodyAndWaitsItsFullTime() {
        try (RunningRegistry young = RunningRegistry.start()) {
            String generation = register(young, "young");
            long before = System.nanoTime();
            DrainResult result = drain(young, "young", generation, "400ms").join();

            assertThat(result.complete()).isFalse();
            assertThat(result.warming()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        }
    }

    @Test
    void aBlockingQueryIsAnsweredByAChangeOfItsService() {
        String generation = register("asked");
        String position = position("asked");
        query("asked", position, "1ms", "c1").join();
        CompletableFuture<HttpResponse<String>> query = query("asked", position, "30s", "c1");
        assertThat(drain("asked", generation, "50ms").join().waiting())
                .singleElement()
                .satisfies(waiting -> assertThat(waiting.watcher()).startsWith("c1 "));

        HttpResponse<String> answer = query.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(answer.body()).contains("DRAINING");
        CompletableFuture<DrainResult> drain = drain("asked", generation, "30s");
        query("asked", position("asked"), "1ms", "c1").join();
        assertThat(drain.orTimeout(10, TimeUnit.SECONDS).join().complete()).isTrue();
    }

    @Test
    void aBlockingQueryWaitsItsTimeAndChangesOfOtherServicesDoNotEndIt() {
        register("unmoved");
        String position = position("unmoved");
        long before = System.nanoTime();
        CompletableFuture<HttpResponse<String>> query = query("unmoved", position, "2s", "c2");
        register("moving");

        assertThat(query.join().statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource({"1:1", "0:0", "current:9007199254740992"})
    void aForeignEpochAndAnIndexOfTheFutureAreAnsweredAtOnce(String asked) {
        register("any");
        String epoch = Long.toString(Position.parse(position("any")).epoch());

        assertThat(query("any", asked.replace("current", epoch), "60s", "c3")
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join()
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/services/bad/instances/a/drain?generation=GENERATION&timeout=2m, timeout",
        "POST, /v1/services/bad/instances/a/drain?generation=GENERATION&timeout=soon, timeout",
        "POST, /v1/services/bad/instances/a/drain?generation=x, generation",
        "POST, /v1/services/bad/instances/a/drain, generation",
        "GET, /v1/services/bad?position=x, position",
        "GET, /v1/services/bad?position=1:1&wait=-1s, wait",
        "GET, /v1/services/bad?position=1:1&client=a%20b, client"
    })
    void badInputNamesItsField(String method, String path, String field) {
        String generation = register("bad");

        HttpResponse<String> answer = registry.call(method, path.replace("GENERATION", generation));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
        assertThat(status("bad")).isEqualTo("UP");
    }

    @Test
    void aStaleGenerationDrainsNobody() {
        register("stale");

        assertThat(registry.call("POST", "/v1/services/stale/instances/a/drain?generation=1:1")
                        .statusCode())
                .isEqualTo(409);
        assertThat(status("stale")).isEqualTo("UP");
    }

    private static EventStream open(String service, String more) {
        return EventStream.open(registry, "?ack=true&service=" + service + more);
    }

    private static String watcher(EventStream stream) {
        return stream.next(WatcherEvent.NAME).as(WatcherEvent.class).watcher();
    }

    private static void acknowledge(String watcher, Event event) {
        assertThat(registry.call("POST", "/v1/watch/" + watcher + "/ack", "{\"position\":\"" + event.id() + "\"}")
                        .statusCode())
                .isEqualTo(204);
    }

    private static CompletableFuture<DrainResult> drain(String service, String generation, String timeout) {
        return drain(registry, service, generation, timeout);
    }

    private static CompletableFuture<DrainResult> drain(
            RunningRegistry registry, String service, String generation, String timeout) {
        String path = "/v1/services/" + service + "/instances/a/drain?generation=" + generation + "&timeout=" + timeout;
        return CompletableFuture.supplyAsync(() -> {
            HttpResponse<String> answer = registry.call("POST", path);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return decode(answer, DrainResult.class);
        });
    }

    private static CompletableFuture<HttpResponse<String>> query(
            String service, String position, String wait, String client) {
        return CompletableFuture.supplyAsync(() -> registry.call(
                "GET", "/v1/services/" + service + "?position=" + position + "&wait=" + wait + "&client=" + client));
    }

    private static String position(String service) {
        return decode(registry.call("GET", "/v1/services/" + service), ServiceSnapshot.class)
                .position()
                .toString();
    }

    private static String status(String service) {
        return decode(registry.call("GET", "/v1/services/" + service), ServiceSnapshot.class)
                .instances()
                .get(0)
                .status()
                .name();
    }

    private static void awaitWatchersToEnd() {
        await().until(() -> registry.call("GET", "/actuator/health").body().contains("\"watchers\":0")
                || registry.call("GET", "/actuator/health").body().contains("\"watchers\":1"));
    }

    private static String register(String service) {
        return register(registry, service);
    }

    private static String register(RunningRegistry registry, String service) {
        String body = "{\"process\":\"p\",\"host\":\"127.0.0.1\",\"port\":"
                + (1000 + Math.abs(service.hashCode() % 60_000)) + ",\"status\":\"UP\"}";
        String answer = registry.call("PUT", "/v1/services/" + service + "/instances/a", body)
                .body();
        String generation = answer.replaceAll(".*\"generation\":\"([^\"]+)\".*", "$1");
        assertThat(Position.tryParse(generation)).isPresent();
        return generation;
    }

    private static <T> T decode(HttpResponse<String> answer, Class<T> type) {
        return JsonCodec.client()
                .decode(answer.body().getBytes(StandardCharsets.UTF_8), type)
                .value();
    }
}
