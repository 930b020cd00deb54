package io.muster.lease.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.http.WatchedStore;
import io.muster.lease.jdbc.JdbcFence;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Guarded endpoints on a real server, over a real database, and callers that hold leases of its store as other processes would.
 * The server's endpoints are for the lease "close", except where the path says otherwise.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class EndpointContract {
    private static final Duration TTL = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext application;
    private Leases first;
    private Leases second;
    private WatchedStore store;
    private JdbcFence fence;
    private Ledger ledger;
    private int port;

    abstract WebApplicationType type();

    abstract Class<?> endpoints();

    /** Sends a POST by a client of the application, which sends tokens to localhost; answers the status. */
    abstract int post(ConfigurableApplicationContext context, URI uri);

    /** As many applications have one. */
    @RestControllerAdvice
    static class CatchAll {
        @ExceptionHandler
        @ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
        String failed(Exception e) {
            return "failed: " + e.getMessage();
        }
    }

    @BeforeAll
    void start() {
        application = new SpringApplicationBuilder(Ledger.Parts.class, CatchAll.class, endpoints())
                .web(type())
                .properties(
                        "server.port=0",
                        "server.tomcat.threads.max=2",
                        "muster.lease.http.send-to=localhost",
                        // A busy machine takes its time with what is to be answered; two tests wait for it.
                        "muster.lease.http.store-timeout=5s",
                        "spring.main.banner-mode=off",
                        "spring.cloud.loadbalancer.enabled=false")
                .run();
        port = ((WebServerApplicationContext) application).getWebServer().getPort();
        store = application.getBean(WatchedStore.class);
        fence = application.getBean(JdbcFence.class);
        ledger = application.getBean(Ledger.class);
        first = Leases.open(store, LeaseSettings.defaults("first").withTtl(TTL));
        second = Leases.open(store, LeaseSettings.defaults("second").withTtl(TTL));
    }

    @AfterAll
    void stop() {
        if (application != null) {
            first.close();
            second.close();
            application.close();
        }
    }

    private long before;

    @BeforeEach
    void remember() {
        store.answer();
        before = ledger.total();
    }

    @Test
    void aFreshTokenIsCheckedRaisesTheFenceAndWrites() throws Exception {
        try (Lease lease = take(first)) {
            int asked = store.inspections();
            assertThat(call("POST", "/ledger/5", lease).statusCode()).isEqualTo(200);
            assertThat(fence.seen("ledger")).isEqualTo(lease.fencingToken());
            assertThat(call("POST", "/ledger/5", lease).body()).isEqualTo(String.valueOf(before + 10));
            assertThat(store.inspections()).isEqualTo(asked + 1);
        }
    }

    @Test
    void aRequestWithoutATokenIs428() throws Exception {
        HttpResponse<String> answer = call("POST", "/ledger/5", (String) null);
        assertProblem(answer, 428, "urn:muster:problem:missing-fence");
        assertThat(answer.body()).contains("ledger").contains("close");
        try (Lease other = first.tryAcquire("another").orElseThrow()) {
            assertProblem(call("POST", "/ledger/5", other), 428, "urn:muster:problem:missing-fence");
        }
        assertThat(ledger.total()).isEqualTo(before);
    }

    @Test
    void aMalformedHeaderIs400() throws Exception {
        HttpResponse<String> answer = call("POST", "/ledger/5", "close;t=\"17\"");
        assertProblem(answer, 400, "urn:muster:problem:invalid-field");
        assertThat(answer.body()).contains("\"field\":\"Fencing-Token\"").contains("close;t=\\\"17\\\"");
        assertThat(ledger.total()).isEqualTo(before);
    }

    @Test
    void severalHeaderLinesAreOneListAndNoLeaseIsInItTwice() throws Exception {
        Lease older = take(first);
        try (Lease newer = take(second);
                Lease day = first.tryAcquire("day").orElseThrow()) {
            HttpResponse<String> twice = send("POST", "/ledger/100", List.of(header(older), header(newer)));
            assertProblem(twice, 400, "urn:muster:problem:invalid-field");
            assertThat(send("POST", "/both/1", List.of(header(day), " " + header(newer) + "\t"))
                            .statusCode())
                    .isEqualTo(200);
        }
        older.close();
        assertThat(ledger.total()).isEqualTo(before + 1);
    }

    @Test
    void anOlderTokenAndAForgedLargerOneAre409AndTellNothing() throws Exception {
        Lease older = take(first);
        try (Lease newer = take(second)) {
            assertThat(call("POST", "/ledger/1", newer).statusCode()).isEqualTo(200);
            HttpResponse<String> stale = call("POST", "/ledger/100", older);
            assertProblem(stale, 409, "urn:muster:problem:stale-fence");
            assertThat(stale.body()).doesNotContain(String.valueOf(newer.fencingToken()));

            HttpResponse<String> forged = call("POST", "/ledger/100", "close;t=" + LeaseStore.MAX_TOKEN);
            assertThat(forged.statusCode()).isEqualTo(409);
            assertThat(forged.body()).isEqualTo(stale.body());
            assertThat(call("POST", "/ledger/1", newer).statusCode())
                    .as("nobody was locked out")
                    .isEqualTo(200);
        }
        older.close();
        assertThat(ledger.total()).isEqualTo(before + 2);
    }

    @Test
    void aReadByTheNewHolderLocksOlderOnesOut() throws Exception {
        Lease older = take(first);
        assertThat(call("POST", "/ledger/1", older).statusCode()).isEqualTo(200);
        try (Lease newer = take(second)) {
            assertThat(call("GET", "/ledger", newer).body()).isEqualTo(String.valueOf(before + 1));
            assertThat(call("POST", "/ledger/100", older).statusCode()).isEqualTo(409);
        }
        older.close();
        assertThat(ledger.total()).isEqualTo(before + 1);
    }

    @Test
    void whileTheStoreIsAwayKnownTokensGoOnAndNewOnesAre503() throws Exception {
        Lease known = take(first);
        assertThat(call("POST", "/ledger/1", known).statusCode()).isEqualTo(200);
        try (Lease fresh = take(second)) {
            store.holdBack();
            HttpResponse<String> answer = call("POST", "/ledger/100", fresh);
            assertProblem(answer, 503, "about:blank");
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            store.answer();
            store.breakDown();
            assertThat(call("POST", "/ledger/100", fresh).statusCode()).isEqualTo(503);
            assertThat(call("POST", "/ledger/1", known).statusCode()).isEqualTo(200);
            store.answer();
            assertThat(call("POST", "/ledger/1", fresh).statusCode()).isEqualTo(200);
        }
        known.close();
        assertThat(ledger.total()).isEqualTo(before + 3);
    }

    @Test
    void refusalsAreCountedByTheirStatus() throws Exception {
        Map<Integer, Double> earlier = refusals();
        Lease older = take(first);
        try (Lease newer = take(second)) {
            store.holdBack();
            assertThat(call("POST", "/ledger/1", newer).statusCode()).isEqualTo(503);
            store.answer();
            assertThat(call("POST", "/ledger/1", newer).statusCode()).isEqualTo(200);
            assertThat(call("POST", "/ledger/1", older).statusCode()).isEqualTo(409);
            assertThat(call("POST", "/ledger/1", "").statusCode()).isEqualTo(400);
            assertThat(call("POST", "/ledger/1", (String) null).statusCode()).isEqualTo(428);
        }
        older.close();
        Map<Integer, Double> counted = refusals();
        counted.replaceAll((status, count) -> count - earlier.getOrDefault(status, 0.0));
        assertThat(counted).isEqualTo(Map.of(400, 1.0, 409, 1.0, 428, 1.0, 503, 1.0));
    }

    private Map<Integer, Double> refusals() {
        Map<Integer, Double> counts = new TreeMap<>();
        for (FunctionCounter counter : application
                .getBean(MeterRegistry.class)
                .get("muster.lease.http.refusals")
                .functionCounters()) {
            counts.put(Integer.valueOf(Objects.requireNonNull(counter.getId().getTag("status"))), counter.count());
        }
        return counts;
    }

    @Test
    void anEndpointOfSeveralResourcesAsksForEach() throws Exception {
        try (Lease close = take(first);
                Lease audit = first.tryAcquire("audit " + UUID.randomUUID()).orElseThrow();
                Lease day = first.tryAcquire("day").orElseThrow()) {
            assertProblem(call("POST", "/both/1", close), 428, "urn:muster:problem:missing-fence");
            assertProblem(
                    call("POST", "/both/1", header(close) + ", " + header(audit)),
                    400,
                    "urn:muster:problem:invalid-field");
            assertThat(call("POST", "/both/1", header(close) + "," + header(day))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(fence.seen("report")).isEqualTo(day.fencingToken());
        }
        assertThat(ledger.total()).isEqualTo(before + 1);
    }

    @Test
    void aNewerHolderThatComesBetweenTheCheckAndTheTransactionWins() throws Exception {
        Lease older = take(first);
        assertThat(call("POST", "/ledger/1", older).statusCode()).isEqualTo(200);
        double stale = refusals().getOrDefault(409, 0.0);
        CyclicBarrier pause = ledger.pauseBeforeNextTransaction();
        CompletableFuture<HttpResponse<String>> late = callLater("POST", "/ledger/100", older);
        Ledger.meet(pause);
        try (Lease newer = take(second)) {
            assertThat(call("POST", "/ledger/1", newer).statusCode()).isEqualTo(200);
            Ledger.meet(pause);
            HttpResponse<String> answer = late.get(60, TimeUnit.SECONDS);
            assertProblem(answer, 409, "urn:muster:problem:stale-fence");
            assertThat(answer.body()).doesNotContain(String.valueOf(newer.fencingToken()));
            assertThat(refusals().get(409)).isEqualTo(stale + 1);
        }
        older.close();
        assertThat(ledger.total()).isEqualTo(before + 2);
    }

    @Test
    void aNewerHolderThatComesBeforeTheCommitWaitsForItAndReadsWhatWasWritten() throws Exception {
        Lease older = take(first);
        assertThat(call("POST", "/ledger/1", older).statusCode()).isEqualTo(200);
        CyclicBarrier pause = ledger.pauseWithinNextTransaction();
        CompletableFuture<HttpResponse<String>> late = callLater("POST", "/ledger/5", older);
        Ledger.meet(pause);
        try (Lease newer = take(second)) {
            CompletableFuture<HttpResponse<String>> read = callLater("GET", "/ledger", newer);
            assertThat(read).isNotDone();
            Ledger.meet(pause);
            assertThat(late.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(read.get(60, TimeUnit.SECONDS).body()).isEqualTo(String.valueOf(before + 6));
            assertThat(call("POST", "/ledger/100", older).statusCode()).isEqualTo(409);
        }
        older.close();
        assertThat(ledger.total()).isEqualTo(before + 6);
    }

    @Test
    void aWriteInAutocommitUnderARequestIsRefused() throws Exception {
        try (Lease lease = take(first)) {
            assertThat(call("POST", "/autocommit/100", lease).statusCode()).isEqualTo(500);
        }
        assertThat(ledger.total()).isEqualTo(before);
    }

    @Test
    void anEndpointWithoutTheAnnotationIsAsItWas() throws Exception {
        try (Lease lease = take(first)) {
            for (int i = 0; i < 4; i++) {
                assertThat(call("POST", "/ledger/1", lease).statusCode()).isEqualTo(200);
            }
        }
        for (int i = 0; i < 4; i++) {
            assertThat(call("GET", "/open", (String) null).body())
                    .as("nothing of earlier requests is left on the few threads there are")
                    .isEqualTo("null [] " + (before + 4));
        }
        assertThat(call("GET", "/open", "nonsense").body()).isEqualTo("nonsense [] " + (before + 4));
        assertThat(call("POST", "/open/1", (String) null).statusCode()).isEqualTo(200);
        assertThat(ledger.total()).isEqualTo(before + 5);
    }

    @Test
    void aHolderThatWasPausedBeforeItSentChangesNothing() throws Exception {
        URI uri = URI.create("http://localhost:" + port + "/ledger/");
        Lease paused = take(first);
        // Its process hears of the end of its lease with the next renewal, which is seconds away.
        assertThat(paused.call(() -> post(application, uri.resolve("1")))).isEqualTo(200);
        try (Lease newer = take(second)) {
            assertThat(newer.call(() -> post(application, uri.resolve("1")))).isEqualTo(200);
            assertThat(paused.call(() -> {
                        assertThat(paused.isHeld()).isTrue();
                        return post(application, uri.resolve("100"));
                    }))
                    .isEqualTo(409);
            assertThat(newer.call(() -> post(application, uri.resolve("1")))).isEqualTo(200);
        }
        assertThat(ledger.total()).isEqualTo(before + 3);
        paused.close();
        assertThatThrownBy(() -> paused.call(() -> post(application, uri.resolve("100"))))
                .hasMessageContaining("not held any more");
        assertThat(post(application, uri.resolve("100"))).as("without a lease").isEqualTo(428);
        assertThat(ledger.total()).isEqualTo(before + 3);
    }

    /** Of the first of two processes, from whoever has it. */
    Lease take() {
        return take(first);
    }

    /** From whoever has it. */
    private Lease take(Leases leases) {
        boolean unused = leases.forceRelease("close");
        return leases.tryAcquire(LeaseRequest.of("close")).orElseThrow();
    }

    private static String header(Lease lease) {
        return lease.name() + ";t=" + lease.fencingToken();
    }

    private CompletableFuture<HttpResponse<String>> callLater(String method, String path, Lease lease) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return call(method, path, lease);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    HttpResponse<String> call(String method, String path, Lease lease) throws Exception {
        return call(method, path, header(lease));
    }

    private HttpResponse<String> call(String method, String path, @Nullable String header) throws Exception {
        return send(method, path, header == null ? List.of() : List.of(header));
    }

    private HttpResponse<String> send(String method, String path, List<String> headerLines) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        headerLines.forEach(line -> request.header("Fencing-Token", line));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"type\":\"" + type + "\"").contains("\"status\":" + status);
    }
}
