package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.JsonCodec;
import io.muster.api.LeaseGrant;
import io.muster.api.LeaseHistory;
import io.muster.api.LeaseList;
import io.muster.api.LeaseRelease;
import io.muster.api.LeaseRenewal;
import io.muster.api.Problem;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leases over HTTP, kept on the disk of a real registry. */
@Timeout(120)
class LeaseApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path dataDir;

    private static RunningRegistry registry;
    private String name = "";

    @BeforeAll
    static void start() {
        registry = startWith(dataDir);
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @BeforeEach
    void chooseName() {
        name = "nightly-" + UUID.randomUUID();
    }

    @Test
    void aLeaseIsTakenRenewedAndGivenBack() {
        String id = UUID.randomUUID().toString();
        LeaseGrant granted = acquire(name, "one", id, "10m");
        assertThat(granted.result()).isEqualTo(LeaseGrant.Result.GRANTED);
        assertThat(acquire(name, "one", id, "10m")).isEqualTo(granted);

        HttpResponse<String> lost = post("acquire", "leaser", body(name, "two", UUID.randomUUID(), "10m"));
        LeaseGrant held = read(lost, LeaseGrant.class);
        assertThat(held.result()).isEqualTo(LeaseGrant.Result.HELD);
        assertThat(held.holder()).isEqualTo("one");
        assertThat(held.atMostMillis()).isBetween(500_000L, 600_000L);
        assertThat(lost.body()).doesNotContain(String.valueOf(granted.token()));

        String keys = "{\"keys\":[{\"name\":\"%s\",\"token\":%d},{\"name\":\"%s\",\"token\":%d}]}"
                .formatted(name, granted.token(), name, token(granted) + 1);
        assertThat(read(post("renew", "leaser", keys), LeaseRenewal.Answer.class)
                        .renewed())
                .hasSize(1);

        assertThat(release(name, granted)).isTrue();
        assertThat(release(name, granted)).isFalse();
        LeaseGrant next = acquire(name, "two", UUID.randomUUID().toString(), "10m");
        assertThat(next.token()).isGreaterThan(token(granted));
    }

    @Test
    void aPlannedTimeRunsOnce() {
        String planned = "{\"name\":\"%s\",\"holder\":\"one\",\"requestId\":\"%s\",\"ttl\":\"1m\",\"tick\":5000}";
        LeaseGrant granted =
                read(post("acquire", "leaser", planned.formatted(name, UUID.randomUUID())), LeaseGrant.class);
        String done = "{\"name\":\"%s\",\"token\":%d,\"completed\":5000}".formatted(name, granted.token());
        assertThat(read(post("release", "leaser", done), LeaseRelease.Answer.class)
                        .released())
                .isTrue();

        LeaseGrant again =
                read(post("acquire", "leaser", planned.formatted(name, UUID.randomUUID())), LeaseGrant.class);
        assertThat(again).isEqualTo(LeaseGrant.alreadyRan(5000));
        assertThat(inspect(name).completed()).isEqualTo(5000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acquire | {'name':'a\\u0007','holder':'h','requestId':'ID','ttl':'15s'} | name",
                "acquire | {'name':'nightly','requestId':'ID','ttl':'15s'} | holder",
                "acquire | {'name':'nightly','holder':'h','requestId':'one','ttl':'15s'} | requestId",
                "acquire | {'name':'nightly','holder':'h','requestId':'ID'} | ttl",
                "acquire | {'name':'nightly','holder':'h','requestId':'ID','ttl':'1ms'} | ttl",
                "acquire | {'name':'nightly','holder':'h','requestId':'ID','ttl':'1441m'} | ttl",
                "acquire | {'name':'nightly','holder':'h','requestId':'ID','ttl':'15s','tick':253402300800000} | tick",
                "renew   | {'keys':[]} | keys",
                "renew   | {'keys':[{'name':'nightly','token':0}]} | keys[0].token",
                "release | {'name':'nightly','token':9007199254740992} | token",
                "release | {'name':'nightly','token':1,'rest':'40321m'} | rest",
            })
    void aRequestThatBreaksARuleIsToldWhich(String call, String body, String field) {
        HttpResponse<String> answer =
                post(call, "leaser", body.replace('\'', '"').replace("ID", "" + UUID.randomUUID()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(read(answer, Problem.class).field()).isEqualTo(field);
    }

    /** Plain calls do not pass through the web framework; others do. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acquire | leaser | {'name':'nightly','holder':'h','requestId':'7c1b8f9e-0d8f-4b52-9a73-1f0f5a4a3c11','ttl':'10m'} | 200",
                "acquire | leaser | {'name':'nightly','holder':'h','ttl':'10m','more':1} | 400",
                "acquire | reader | {'name':'nightly','holder':'h','requestId':'7c1b8f9e-0d8f-4b52-9a73-1f0f5a4a3c11','ttl':'10m'} | 403",
                "acquire | leaser | {'name':'other','holder':'h','requestId':'7c1b8f9e-0d8f-4b52-9a73-1f0f5a4a3c11','ttl':'10m'} | 403",
                "renew   | leaser | {'keys':[{'name':'nightly-none','token':7}],'more':1} | 200",
                "renew   | leaser | {'keys':7} | 400",
                "release | leaser | {'name':'nightly-none','token':7} | 200",
                "release | leaser | [] | 400",
            })
    void aCallIsAnsweredAlikeHoweverItIsPut(String call, String token, String body, int status) {
        String json = body.replace('\'', '"');
        HttpResponse<String> plain = post(call, token, json);
        HttpResponse<String> other = post(call + "?strict=false", token, json);

        assertThat(plain.statusCode()).as(plain.body()).isEqualTo(status);
        assertThat(other.statusCode()).as(other.body()).isEqualTo(status);
        assertThat(plain.body()).isEqualTo(other.body());
        for (String header : List.of("Content-Type", "X-Muster-Unknown-Fields")) {
            assertThat(plain.headers().allValues(header))
                    .as(header)
                    .isEqualTo(other.headers().allValues(header));
        }
    }

    @Test
    void whatIsStoredIsSeenUnderItsName() {
        String odd = "nightly/it's \"odd\"; {名前}%2F?#.. ü 🙂 " + UUID.randomUUID();
        assertThat(get(path(odd), "all").statusCode()).isEqualTo(404);
        String quoted = odd.replace("\"", "\\\"");
        LeaseGrant granted =
                read(post("acquire", "all", body(quoted, "one", UUID.randomUUID(), "10m")), LeaseGrant.class);

        LeaseList.Entry entry = read(get(path(odd), "all"), LeaseList.Entry.class);

        assertThat(entry.name()).isEqualTo(odd);
        assertThat(entry.holder()).isEqualTo("one");
        assertThat(entry.token()).isEqualTo(granted.token());
        assertThat(entry.live()).isTrue();
        assertThat(entry.remainingMillis()).isBetween(500_000L, 600_000L);
    }

    @Test
    void aTokenSeesAndTakesTheLeasesOfItsScopeAlone() {
        String foreign = "other-" + UUID.randomUUID();
        read(post("acquire", "all", body(foreign, "one", UUID.randomUUID(), "10m")), LeaseGrant.class);
        acquire(name, "one", UUID.randomUUID().toString(), "10m");

        assertThat(list("all", "")).extracting(LeaseList.Entry::name).contains(foreign, name);
        assertThat(list("all", "other-")).extracting(LeaseList.Entry::name).contains(foreign);
        assertThat(list("leaser", ""))
                .extracting(LeaseList.Entry::name)
                .contains(name)
                .doesNotContain(foreign);
        for (HttpResponse<String> refused : List.of(
                get(path(foreign), "leaser"),
                get(path(foreign) + "/history", "leaser"),
                post("acquire", "leaser", body(foreign, "two", UUID.randomUUID(), "10m")),
                post("renew", "leaser", "{\"keys\":[{\"name\":\"%s\",\"token\":1}]}".formatted(foreign)),
                post("release", "leaser", "{\"name\":\"%s\",\"token\":1}".formatted(foreign)))) {
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
            assertThat(read(refused, Problem.class).detail()).contains("lease:" + foreign);
        }
        assertThat(get(path(name), "reader").statusCode()).isEqualTo(403);
        assertThat(get("/v1/leases", "reader").statusCode()).isEqualTo(403);
    }

    @Test
    void aTokenOfOneNamespaceTakesLeasesAndForcesNone() {
        LeaseGrant granted =
                read(post("acquire", "tenant", body(name, "one", UUID.randomUUID(), "10m")), LeaseGrant.class);
        assertThat(granted.result()).isEqualTo(LeaseGrant.Result.GRANTED);
        for (String query : List.of("", "?namespace=blue")) {
            HttpResponse<String> refused = call("DELETE", "/v1/operator/leases/" + name + query, "tenant", null);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
            assertThat(read(refused, Problem.class).type()).isEqualTo("urn:muster:problem:foreign-namespace");
        }
    }

    @Test
    void anOperatorEndsALeaseAndTheTrailSaysWho() {
        LeaseGrant granted = acquire(name, "one", UUID.randomUUID().toString(), "10m");
        String operator = "/v1/operator/leases/" + name;
        assertThat(call("DELETE", operator, "leaser", null).statusCode()).isEqualTo(403);
        assertThat(read(call("DELETE", operator, "operator", null), LeaseRelease.Answer.class)
                        .released())
                .isTrue();
        assertThat(read(call("DELETE", operator, "operator", null), LeaseRelease.Answer.class)
                        .released())
                .isFalse();
        assertThat(inspect(name).live()).isFalse();

        List<LeaseHistory.Entry> entries =
                read(get(path(name) + "/history", "leaser"), LeaseHistory.class).entries();
        assertThat(entries).extracting(LeaseHistory.Entry::event).containsExactly("GRANTED", "FORCED");
        assertThat(entries.get(1).by()).isEqualTo("operator");
        assertThat(entries.get(1).token()).isEqualTo(granted.token());
    }

    @Test
    void aStreamTellsWhatBecomesOfLeasesAndResumes() {
        String last;
        try (EventStream stream = EventStream.at(registry, "/v1/leases?prefix=" + name, events("leaser"))) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.next().name()).isEqualTo(":");
            LeaseGrant first = acquire(name, "one", UUID.randomUUID().toString(), "10m");
            acquire("nightly-another", "one", UUID.randomUUID().toString(), "1s");
            release(name, first);
            acquire(name, "two", UUID.randomUUID().toString(), "200ms");

            EventStream.Event granted = stream.nextEvent();
            assertThat(granted.name()).isEqualTo("granted");
            assertThat(granted.as(LeaseHistory.Entry.class).token()).isEqualTo(first.token());
            assertThat(stream.nextEvent().name()).isEqualTo("released");
            EventStream.Event second = stream.nextEvent();
            assertThat(second.as(LeaseHistory.Entry.class).holder()).isEqualTo("two");
            // Nobody asks for the lease again: the registry itself notices.
            assertThat(stream.nextEvent().name()).isEqualTo("expired");
            last = second.id();
        }
        Map<String, String> headers = events("leaser");
        headers.put("Last-Event-ID", last);
        try (EventStream resumed = EventStream.at(registry, "/v1/leases?prefix=" + name, headers)) {
            assertThat(resumed.nextEvent().name()).isEqualTo("expired");
        }
    }

    @Test
    void aStopWaitsForNoStream(@TempDir Path own) {
        RunningRegistry stopping = startWith(own, "spring.lifecycle.timeout-per-shutdown-phase=90s");
        try (EventStream stream = EventStream.at(stopping, "/v1/leases", events("all"))) {
            assertThat(stream.next().name()).isEqualTo(":");
            CompletableFuture<Void> closed = CompletableFuture.runAsync(stopping::close);
            stream.ended().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            closed.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }
    }

    @Test
    void aRestartForgetsNoLeaseAndNoToken(@TempDir Path own) {
        long before;
        try (RunningRegistry first = startWith(own)) {
            before = token(read(
                    send(first, "POST", "/v1/leases/acquire", "all", body(name, "one", UUID.randomUUID(), "10m")),
                    LeaseGrant.class));
        }
        try (RunningRegistry second = startWith(own)) {
            await().atMost(PATIENCE)
                    .until(() -> send(second, "GET", path(name), "all", null).statusCode() == 200);
            LeaseGrant held = read(
                    send(second, "POST", "/v1/leases/acquire", "all", body(name, "two", UUID.randomUUID(), "10m")),
                    LeaseGrant.class);
            assertThat(held.result()).isEqualTo(LeaseGrant.Result.HELD);
            LeaseGrant other = read(
                    send(second, "POST", "/v1/leases/acquire", "all", body("b", "two", UUID.randomUUID(), "10m")),
                    LeaseGrant.class);
            assertThat(other.token()).isGreaterThan(before);
        }
    }

    @Test
    void aFullTableRefusesOneMoreName(@TempDir Path own) {
        try (RunningRegistry small = startWith(own, "muster.server.lease.max-names=2")) {
            for (String each : List.of("a", "b")) {
                await().atMost(PATIENCE)
                        .until(() -> send(
                                                small,
                                                "POST",
                                                "/v1/leases/acquire",
                                                "all",
                                                body(each, "one", UUID.randomUUID(), "10m"))
                                        .statusCode()
                                == 200);
            }
            HttpResponse<String> refused =
                    send(small, "POST", "/v1/leases/acquire", "all", body("c", "one", UUID.randomUUID(), "10m"));
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(read(refused, Problem.class).detail()).contains("2 leases at most");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | /v1/leases |",
                "GET    | /v1/leases/a |",
                "GET    | /v1/leases/a/history |",
                "POST   | /v1/leases/release | {'name':'a','token':7}",
                "DELETE | /v1/operator/leases/a |",
            })
    void whereLeasesAreOffItSaysSo(String method, String path, @Nullable String body) {
        try (RunningRegistry off = RunningRegistry.start()) {
            HttpResponse<String> answer =
                    body == null ? off.call(method, path) : off.call(method, path, body.replace('\'', '"'));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(read(answer, Problem.class).detail()).contains("leases are off");
        }
    }

    private static RunningRegistry startWith(Path directory, String... more) {
        TestTokens tokens = new TestTokens()
                .with("reader", "read")
                .with("leaser", "lease:nightly*")
                .with("all", "lease:*")
                .with("operator", "operate")
                .with("tenant", "lease:*", "operate")
                .also("namespaces[0]=blue");
        String[] properties = tokens.and(more);
        String[] all = Arrays.copyOf(properties, properties.length + 2);
        all[properties.length] = "muster.server.lease.enabled=true";
        all[properties.length + 1] = "muster.server.data-dir=" + directory;
        RunningRegistry started = RunningRegistry.start(all);
        await().atMost(PATIENCE)
                .until(() -> send(started, "GET", path("none"), "all", null).statusCode() == 404);
        return started;
    }

    private LeaseGrant acquire(String lease, String holder, String requestId, String ttl) {
        return read(post("acquire", "leaser", body(lease, holder, UUID.fromString(requestId), ttl)), LeaseGrant.class);
    }

    private static boolean release(String lease, LeaseGrant grant) {
        String body = "{\"name\":\"%s\",\"token\":%d}".formatted(lease, grant.token());
        return read(post("release", "leaser", body), LeaseRelease.Answer.class).released();
    }

    private static LeaseList.Entry inspect(String lease) {
        return read(get(path(lease), "all"), LeaseList.Entry.class);
    }

    private static List<LeaseList.Entry> list(String token, String prefix) {
        return read(get("/v1/leases?prefix=" + prefix, token), LeaseList.class).leases();
    }

    private static long token(LeaseGrant grant) {
        return Objects.requireNonNull(grant.token(), "a grant has a token");
    }

    private static String body(String lease, String holder, UUID requestId, String ttl) {
        return "{\"name\":\"%s\",\"holder\":\"%s\",\"requestId\":\"%s\",\"ttl\":\"%s\"}"
                .formatted(lease, holder, requestId, ttl);
    }

    private static String path(String lease) {
        return "/v1/leases/" + URLEncoder.encode(lease, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static HttpResponse<String> post(String call, String token, String body) {
        return call("POST", "/v1/leases/" + call, token, body);
    }

    private static HttpResponse<String> get(String path, String token) {
        return call("GET", path, token, null);
    }

    private static HttpResponse<String> call(String method, String path, String token, @Nullable String body) {
        return send(registry, method, path, token, body);
    }

    private static HttpResponse<String> send(
            RunningRegistry target, String method, String path, String token, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target.url() + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        headers(token).forEach(request::header);
        return target.send(request.build());
    }

    private static Map<String, String> headers(String token) {
        return new HashMap<>(Map.of("Authorization", "Bearer " + TestTokens.token(token)));
    }

    private static Map<String, String> events(String token) {
        Map<String, String> headers = headers(token);
        headers.put("Accept", "text/event-stream");
        return headers;
    }

    private static <T> T read(HttpResponse<String> answer, Class<T> type) {
        if (type != Problem.class) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
        return JsonCodec.client()
                .decode(answer.body().getBytes(StandardCharsets.UTF_8), type)
                .value();
    }
}
