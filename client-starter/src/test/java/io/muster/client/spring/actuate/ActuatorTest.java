package io.muster.client.spring.actuate;

import static io.muster.client.spring.TestRegistry.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

class ActuatorTest {
    private static final TestRegistry registry = TestRegistry.start();

    @SuppressWarnings("NullAway.Init") // each test begins with start()
    private ConfigurableApplicationContext application;

    @AfterEach
    void stopApplication() {
        application.close();
        registry.startAgain();
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void showsConnectionRegistrationAndServices(WebApplicationType type) throws Exception {
        start(type);
        Instance instance = registry.awaitOne("orders", InstanceStatus.UP);
        RegistryClient client = application.getBean(RegistryClient.class);
        waiting().until(() -> client.view("orders").up().size() == 1);

        DocumentContext report = JsonPath.parse(get("/actuator/muster").body());

        assertThat(report.<String>read("$.registry.url")).isEqualTo(registry.url());
        assertThat(report.<Boolean>read("$.registry.connected")).isTrue();
        assertThat(report.<String>read("$.registry.position")).contains(":");
        assertThat(report.read("$.registry.epoch", Long.class))
                .isEqualTo(instance.generation().epoch());
        assertThat(report.read("$.registry.ageMillis", Long.class)).isNotNegative();
        assertThat(report.<Boolean>read("$.registry.warming")).isNotNull();
        assertThat(report.<String>read("$.instance.id")).isEqualTo(instance.id());
        assertThat(report.<String>read("$.instance.generation"))
                .isEqualTo(instance.generation().toString());
        assertThat(report.<String>read("$.instance.phase")).isEqualTo("REGISTERED");
        assertThat(report.<String>read("$.instance.status")).isEqualTo("UP");
        assertThat(report.<String>read("$.services.orders.instances[0].status")).isEqualTo("UP");
        assertThat(report.<String>read("$.services.orders.position")).contains(":");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void showsOneService(WebApplicationType type) throws Exception {
        start(type);
        RegistryClient client = application.getBean(RegistryClient.class);
        client.view("orders");

        assertThat(get("/actuator/muster/orders").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/muster/unwatched").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void staysHealthyWhileTheRegistryIsAwayAndSaysSo(WebApplicationType type) throws Exception {
        start(type);
        registry.awaitOne("orders", InstanceStatus.UP);
        waiting().until(() -> application.getBean(RegistryClient.class).state().connected());
        DocumentContext connected = JsonPath.parse(get("/actuator/health").body());
        assertThat(connected.<String>read("$.components.muster.status")).isEqualTo("UP");
        assertThat(connected.<String>read("$.components.muster.details.registration"))
                .isEqualTo("REGISTERED");

        registry.stop();
        waiting().until(() -> !application.getBean(RegistryClient.class).state().connected());

        HttpResponse<String> away = get("/actuator/health");
        assertThat(away.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<String>read(away.body(), "$.status")).isEqualTo("UP");
        assertThat(JsonPath.<String>read(away.body(), "$.components.muster.status"))
                .isEqualTo("UNKNOWN");
        assertThat(JsonPath.<String>read(away.body(), "$.components.muster.details.problem"))
                .isNotEmpty();
        assertThat(get("/actuator/health/liveness").body()).doesNotContain("muster");
        assertThat(get("/actuator/health/readiness").body()).doesNotContain("muster");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void measuresTheConnection(WebApplicationType type) {
        start(type);
        registry.awaitOne("orders", InstanceStatus.UP);
        MeterRegistry meters = application.getBean(MeterRegistry.class);

        waiting().until(() -> gauge(meters, "muster.registry.connected") == 1);
        waiting().until(() -> gauge(meters, "muster.registry.registered") == 1);
        assertThat(meters.get("muster.registry.view.age").timeGauge().value()).isNotNegative();
        assertThat(meters.get("muster.registry.renewal.age").timeGauge().value())
                .isNotNegative();
        assertThat(counter(meters, "muster.registry.registrations")).isEqualTo(1);
        registry.stop();
        waiting().until(() -> gauge(meters, "muster.registry.connected") == 0);
        waiting().until(() -> counter(meters, "muster.registry.heartbeat.failures") >= 1);
        registry.startAgain();
        waiting()
                .until(() -> meters.get("muster.registry.reconnects")
                                .functionCounter()
                                .count()
                        >= 1);
    }

    private static double gauge(MeterRegistry meters, String name) {
        return meters.get(name).gauge().value();
    }

    private static double counter(MeterRegistry meters, String name) {
        return meters.get(name).functionCounter().count();
    }

    private void start(WebApplicationType type) {
        application = TestApplication.run(
                registry,
                type,
                TestApplication.class,
                "management.endpoints.web.exposure.include=*",
                "management.endpoint.health.show-details=always",
                "management.endpoint.health.probes.enabled=true");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
