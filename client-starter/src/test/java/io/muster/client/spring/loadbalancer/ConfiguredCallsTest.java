package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.Headers;
import io.muster.api.LoadReport;
import io.muster.client.spring.TestRegistry;
import io.muster.lb.Strategy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What surrounds the strategies, once each: a caller that is configured by properties, and three services, all of them real. */
@ExtendWith(OutputCaptureExtension.class)
class ConfiguredCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PREFIX = "muster.load-balancer.";
    private static final List<ConfigurableApplicationContext> services = new ArrayList<>();

    private static TestRegistry registry;
    private static volatile String failing = "";
    private static volatile Sinks.One<String> gate = Sinks.one();

    private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

    @BeforeAll
    static void startServices() {
        registry = TestRegistry.start();
        services.add(service("one", "muster.instance.zone=a", "muster.instance.metadata.version=1"));
        services.add(service("two", "muster.instance.zone=a", "muster.instance.metadata.version=1"));
        services.add(service("three", "muster.instance.zone=b", "muster.instance.metadata.version=2"));
    }

    @AfterEach
    void stopCaller() {
        applications.forEach(ConfigurableApplicationContext::close);
        failing = "";
    }

    @AfterAll
    static void stopServices() {
        services.forEach(ConfigurableApplicationContext::close);
        registry.close();
    }

    @Test
    void sendsEqualKeysToTheSameInstance() {
        ConfigurableApplicationContext caller = caller(PREFIX + "strategy=maglev", PREFIX + "hash.header=X-User");

        Map<String, Integer> all = new TreeMap<>();
        for (int user = 0; user < 30; user++) {
            Map<String, Integer> answers = answers(caller, 4, "X-User", "user-" + user);
            assertThat(answers).hasSize(1);
            answers.forEach((id, count) -> all.merge(id, count, Integer::sum));
        }
        assertThat(all).hasSize(3);
        assertThat(report(caller).missedKeys()).isZero();

        assertThat(answers(caller, 60, "X-Other", "")).hasSize(3);
        assertThat(answers(caller, 40, "X-User", "")).as("an empty key is none").hasSize(3);
        assertThat(report(caller).missedKeys()).isEqualTo(100);
    }

    @Test
    void sendsARouteToItsInstancesAndNothingElse() {
        ConfigurableApplicationContext caller = caller(
                PREFIX + "routes.next.metadata.version=2",
                PREFIX + "routes.next.header=X-Version",
                PREFIX + "routes.next.value=2");

        assertThat(answers(caller, 30, "X-Version", "2")).containsOnlyKeys("three");
        assertThat(answers(caller, 30, "X-Version", "1")).containsOnlyKeys("one", "two");
        assertThat(answers(caller, 30, "X-Other", "")).containsOnlyKeys("one", "two");
    }

    @Test
    void sendsAShareOfTheCallsToARoute() {
        ConfigurableApplicationContext caller = caller(
                PREFIX + "routes.next.metadata.version=2",
                PREFIX + "routes.next.percent=20",
                PREFIX + "hash.header=X-User");
        int canary = 0;
        for (int user = 0; user < 300; user++) {
            Map<String, Integer> answers = answers(caller, 2, "X-User", "user-" + user);
            canary += answers.containsKey("three") ? 1 : 0;
            assertThat(answers.getOrDefault("three", 2))
                    .as("a user stays where he is")
                    .isEqualTo(2);
        }

        assertThat(canary).isBetween(30, 95);
    }

    @Test
    void staysInItsZoneWhileThatHasRoom() {
        ConfigurableApplicationContext caller =
                caller("muster.instance.zone=a", PREFIX + "zone.min-instances=1", PREFIX + "strategy=round-robin");

        assertThat(answers(caller, 60, "X-Other", "")).containsOnlyKeys("one", "two");
    }

    @Test
    void usesASubset() {
        ConfigurableApplicationContext caller = caller(PREFIX + "subset.size=2", PREFIX + "strategy=round-robin");

        assertThat(answers(caller, 60, "X-Other", "")).hasSize(2);
    }

    @Test
    void beginsSlowlyWithWhoJoins() {
        ConfigurableApplicationContext caller =
                caller(PREFIX + "slow-start.window=1h", PREFIX + "strategy=weighted-round-robin");
        ConfigurableApplicationContext fourth = service("four");
        applications.add(fourth);
        await().atMost(PATIENCE).until(() -> report(caller).endpoints().size() == 4);

        Map<String, Integer> answers = answers(caller, 310, "X-Other", "");

        assertThat(answers.getOrDefault("four", 0)).isBetween(5, 20);
    }

    @Test
    void leavesOutWhoFails() {
        ConfigurableApplicationContext caller = caller(
                PREFIX + "strategy=round-robin",
                PREFIX + "outlier.enabled=true",
                PREFIX + "outlier.consecutive-failures=3");
        failing = "two";
        await().atMost(PATIENCE).until(() -> {
            answers(caller, 3, "X-Other", "");
            return report(caller).endpoints().stream()
                    .anyMatch(endpoint -> endpoint.statistics().ejected());
        });

        assertThat(answers(caller, 30, "X-Other", "")).containsOnlyKeys("one", "three");
    }

    @Test
    void followsItsPropertiesWhileItRuns(CapturedOutput output) {
        ConfigurableApplicationContext caller = caller(PREFIX + "strategy=round-robin");
        assertThat(answers(caller, 30, "X-User", "alice")).hasSize(3);

        change(caller, Map.of(PREFIX + "strategy", "consistent-hashing", PREFIX + "hash.header", "X-User"));
        assertThat(answers(caller, 30, "X-User", "alice")).hasSize(1);
        assertThat(report(caller).strategy()).isEqualTo("consistent-hashing");

        change(caller, Map.of(PREFIX + "strategy", "fastest"));
        assertThat(report(caller).strategy()).isEqualTo("consistent-hashing");
        assertThat(output.getOut())
                .contains("Calls are spread as before, because muster.load-balancer.strategy must be one of");

        change(caller, Map.of(PREFIX + "strategy", "broken"));
        assertThat(report(caller).strategy()).isEqualTo("consistent-hashing");
        assertThat(answers(caller, 30, "X-User", "alice")).hasSize(1);
        assertThat(output.getOut())
                .contains("Calls to service stock are spread as before, because its strategy failed");
    }

    @Test
    void hearsFromInstancesHowBusyTheyAre() {
        ConfigurableApplicationContext caller = caller(PREFIX + "strategy=power-of-two-choices");
        answers(caller, 90, "X-Other", "");

        assertThat(report(caller).endpoints())
                .allSatisfy(endpoint ->
                        assertThat(endpoint.statistics().expectedInFlight()).isBetween(0L, 2L));
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void saysHowBusyItIsToWhoAsks(WebApplicationType type) throws Exception {
        gate = Sinks.one();
        ConfigurableApplicationContext service = run(type, "slow", Stock.class, "service.id=slow");
        applications.add(service);
        String url = "http://127.0.0.1:" + service.getEnvironment().getRequiredProperty("local.server.port");
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            slow.add(client.sendAsync(request(url + "/slow", true), HttpResponse.BodyHandlers.ofString()));
        }

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(inFlight(client, url + "/who")).isEqualTo(3));
        assertThat(client.send(request(url + "/who", false), HttpResponse.BodyHandlers.ofString())
                        .headers()
                        .firstValue(Headers.LOAD))
                .as("to who does not ask")
                .isEmpty();
        assertThat(inFlight(client, url + "/nothing")).as("with an error").isEqualTo(3);

        gate.tryEmitValue("done").orThrow();
        for (CompletableFuture<HttpResponse<String>> answer : slow) {
            assertThat(answer.join().headers().firstValue(Headers.LOAD)).isPresent();
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(inFlight(client, url + "/who")).isZero());
    }

    private static int inFlight(HttpClient client, String url) throws Exception {
        HttpResponse<String> answer = client.send(request(url, true), HttpResponse.BodyHandlers.ofString());
        return LoadReport.parse(answer.headers().firstValue(Headers.LOAD).orElse(null))
                .orElseThrow()
                .inFlight();
    }

    private static HttpRequest request(String url, boolean asking) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
        return (asking ? request.header(Headers.LOAD, "?1") : request).build();
    }

    private static void change(ConfigurableApplicationContext caller, Map<String, Object> properties) {
        caller.getEnvironment().getPropertySources().addFirst(new MapPropertySource("change", properties));
        caller.publishEvent(new EnvironmentChangeEvent(caller, Set.copyOf(properties.keySet())));
    }

    private ConfigurableApplicationContext caller(String... properties) {
        ConfigurableApplicationContext caller = run(WebApplicationType.NONE, "caller", Caller.class, properties);
        applications.add(caller);
        caller.getBean(ServiceBalancers.class).balancer("stock");
        await().atMost(PATIENCE).until(() -> report(caller).endpoints().size() == 3);
        return caller;
    }

    private static BalancerReport report(ConfigurableApplicationContext caller) {
        return Objects.requireNonNull(
                caller.getBean(ServiceBalancers.class).reports().get("stock"));
    }

    /** Who answered how many of some calls with a header; failures count for nobody. */
    private static Map<String, Integer> answers(
            ConfigurableApplicationContext caller, int calls, String header, String value) {
        RestClient client = caller.getBean(RestClient.Builder.class).build();
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            String answer = client.get()
                    .uri("http://stock/who")
                    .header(header, value)
                    .exchange((request, response) ->
                            response.getStatusCode().is2xxSuccessful() ? response.bodyTo(String.class) : null);
            if (answer != null) {
                answers.merge(answer, 1, Integer::sum);
            }
        }
        return answers;
    }

    private static ConfigurableApplicationContext service(String id, String... properties) {
        String[] all = Arrays.copyOf(properties, properties.length + 1);
        all[properties.length] = "service.id=" + id;
        return run(WebApplicationType.SERVLET, "stock", Stock.class, all);
    }

    private static ConfigurableApplicationContext run(
            WebApplicationType type, String name, Class<?> configuration, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.application.name=" + name,
                "--muster.registry.urls=" + registry.url(),
                "--muster.instance.drain-timeout=0s",
                "--muster.instance.drain-settle=0s",
                "--server.port=0",
                "--server.shutdown=immediate",
                "--spring.main.banner-mode=off"));
        Arrays.stream(properties).forEach(property -> arguments.add("--" + property));
        return new SpringApplicationBuilder(Application.class, configuration)
                .web(type)
                .run(arguments.toArray(String[]::new));
    }

    @TestConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        // Boot's own would end the event loops that the registry in this process uses too.
        @Bean
        ReactorResourceFactory reactorResourceFactory() {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setUseGlobalResources(false);
            return resources;
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Caller {
        @Bean
        Strategy broken() {
            return endpoints -> {
                throw new IllegalStateException("broken");
            };
        }

        @Bean
        @LoadBalanced
        RestClient.Builder restClientBuilder() {
            return RestClient.builder();
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    @Import(Stock.Controller.class)
    static class Stock {
        @RestController
        static class Controller {
            private final String id;

            Controller(Environment environment) {
                this.id = environment.getRequiredProperty("service.id");
            }

            @RequestMapping("/slow")
            Mono<String> slow() {
                return gate.asMono();
            }

            @RequestMapping("/who")
            ResponseEntity<String> who() {
                return id.equals(failing) ? ResponseEntity.internalServerError().build() : ResponseEntity.ok(id);
            }
        }
    }
}
