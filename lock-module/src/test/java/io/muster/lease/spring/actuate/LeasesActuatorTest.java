package io.muster.lease.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.lease.Eventually;
import io.muster.lease.Fence;
import io.muster.lease.Lease;
import io.muster.lease.LeaseEvent;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.spring.LeaderOnly;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** A real application, asked over HTTP. */
@Timeout(240)
class LeasesActuatorTest {
    private static ServletWebServerApplicationContext application;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        application = run("management.endpoint.leases.access=unrestricted");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static ServletWebServerApplicationContext run(String... properties) {
        return (ServletWebServerApplicationContext) new SpringApplicationBuilder(Application.class)
                .bannerMode(Banner.Mode.OFF)
                .properties(
                        "server.port=0",
                        "spring.application.name=reports",
                        "muster.lease.store=memory",
                        "muster.lease.ttl=20s",
                        "muster.lease.halt-grace=100ms",
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.health.show-details=always")
                .properties(properties)
                .run();
    }

    @Test
    void theEndpointShowsWhatIsHeldAndWhatHappened() throws Exception {
        assertThat(application.getBean(Role.class).leading().await(60, TimeUnit.SECONDS))
                .isTrue();
        Leases leases = leases();
        try (Lease lease = leases.tryAcquire(LeaseRequest.of("a/b").withResources("invoices"))
                .orElseThrow()) {
            assertThat(leases.tryAcquire("a/b")).isEmpty();
            String report = awaitReport("\"event\":\"refused\"");
            assertThat(report)
                    .contains("\"holder\":\"reports@")
                    .contains("\"store\":\"in memory\"")
                    .contains("\"name\":\"a/b\"", "\"token\":" + lease.fencingToken(), "\"state\":\"HELD\"")
                    .contains("\"resources\":[\"invoices\"]")
                    .contains("\"role\":\"reports\"", "\"leader\":true")
                    .contains("\"event\":\"elected\"");

            assertThat(get("/leases/a/b").body())
                    .contains("\"live\":true")
                    .contains("\"token\":" + lease.fencingToken());
            assertThat(get("/leases/never").statusCode()).isEqualTo(404);
            assertThat(get("/leases/" + "x".repeat(201)).statusCode()).isEqualTo(400);
            assertThat(call("DELETE", "/leases/" + "x".repeat(201)).statusCode())
                    .isEqualTo(400);

            assertThat(call("DELETE", "/leases/a/b").body()).contains("\"held\":true");
            assertThat(call("DELETE", "/leases/a/b").body()).contains("\"held\":false");
            assertThat(get("/leases/a/b").body()).contains("\"live\":false");
            assertThat(awaitReport("\"detail\":\"REVOKED\"")).contains("\"event\":\"lost\"");
        }
    }

    @Test
    void nobodyReleasesByForceUnlessThatIsAllowed() throws Exception {
        try (ServletWebServerApplicationContext careful = run()) {
            HttpRequest request = HttpRequest.newBuilder(uri(careful, "/leases/a"))
                    .method("DELETE", HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(405);
            assertThat(HTTP.send(
                                    HttpRequest.newBuilder(uri(careful, "/leases"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void workThatGoesOnThoughItsLeaseIsLostIsUnhealthyUntilItEnds() throws Exception {
        Leases leases = leases();
        Lease lease = leases.tryAcquire("stubborn").orElseThrow();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch stop = new CountDownLatch(1);
        Thread worker = new Thread(() -> lease.run(() -> {
            begun.countDown();
            while (stop.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
                boolean unused = Thread.interrupted();
            }
        }));
        worker.start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(leases.forceRelease("stubborn")).isTrue();

        Eventually.holds("it is unhealthy", () -> get("/health").statusCode() != 200);
        HttpResponse<String> health = get("/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).contains("\"overruns\":[\"stubborn\"]");
        assertThat(awaitReport("\"event\":\"overrun\"")).contains("stubborn");
        assertThat(meter("muster.lease.overrunning")).isEqualTo(1);

        stop.countDown();
        worker.join();
        Eventually.holds("it is healthy", () -> get("/health").statusCode() == 200);
        Eventually.holds("the overrun is counted", () -> meter("muster.lease.overruns") == 1);
    }

    @Test
    void theMetersCount() throws Exception {
        double before = meter("muster.lease.acquire", "result", "acquired");
        Lease lease = leases().tryAcquire("counted").orElseThrow();
        Eventually.holds(
                "the grant is counted", () -> meter("muster.lease.acquire", "result", "acquired") >= before + 1);
        assertThat(meter("muster.lease.held")).isPositive();
        assertThat(meter("muster.lease.remaining")).isPositive();

        double lost = meter("muster.lease.lost", "reason", "revoked");
        assertThat(leases().forceRelease("counted")).isTrue();
        Eventually.holds("the loss is counted", () -> meter("muster.lease.lost", "reason", "revoked") >= lost + 1);
        assertThat(lease.isHeld()).isFalse();

        application.getBean(Fence.class).raise("old", LeaseStore.MAX_TOKEN);
        assertThatThrownBy(() -> leases().tryAcquire(LeaseRequest.of("x").withResources("old")))
                .isInstanceOf(StaleFenceException.class);
        Eventually.holds("the refusal is counted", () -> meter("muster.lease.fence.rejections") >= 1);
        assertThat(application
                        .getBean(MeterRegistry.class)
                        .find("muster.lease.suspected")
                        .functionCounter())
                .isNotNull();
    }

    private static Leases leases() {
        return application.getBean(Leases.class);
    }

    /** The value of a counter or gauge, in seconds where it is a time. */
    private static double meter(String name, String... tags) {
        return application
                .getBean(MeterRegistry.class)
                .get(name)
                .tags(tags)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    private static String awaitReport(String part) throws Exception {
        Eventually.holds("the report has " + part, () -> get("/leases").body().contains(part));
        String report = get("/leases").body();
        assertThat(JsonParserFactory.getJsonParser().parseMap(report)).containsKey("held");
        return report;
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return call("GET", path);
    }

    private static HttpResponse<String> call(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(application, path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(ServletWebServerApplicationContext context, String path) {
        return URI.create("http://localhost:" + context.getWebServer().getPort() + "/actuator" + path);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @Bean
        Fence fence() {
            return new InMemoryFence();
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        Role role() {
            return new Role();
        }
    }

    static class Role {
        private final CountDownLatch leading = new CountDownLatch(1);

        @LeaderOnly("reports")
        public void report() {}

        CountDownLatch leading() {
            return leading;
        }

        @EventListener
        public void on(LeaseEvent.Elected event) {
            if (event.name().equals("reports")) {
                leading.countDown();
            }
        }
    }
}
