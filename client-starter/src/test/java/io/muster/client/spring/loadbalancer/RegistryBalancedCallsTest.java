package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.InstanceRegistration;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.loadbalancer.ClientKind.Caller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The real registry, real servlet and WebFlux services, and each kind of client in a caller that only names its registry. */
class RegistryBalancedCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static TestRegistry registry;
    private static ConfigurableApplicationContext caller;
    private static ConfigurableApplicationContext servlet;

    @BeforeAll
    static void startAll() {
        registry = TestRegistry.start();
        servlet = service(WebApplicationType.SERVLET);
        caller = run(WebApplicationType.NONE, ClientKind.Beans.class);
    }

    @AfterAll
    static void stopAll() {
        caller.close();
        servlet.close();
        registry.close();
    }

    @ParameterizedTest
    @EnumSource
    void followsInstancesThatComeAndGo(ClientKind kind) {
        Caller client = kind.of(caller, "stock");
        ConfigurableApplicationContext reactive = service(WebApplicationType.REACTIVE);
        Set<String> both = Set.of(name(servlet), name(reactive));

        try (reactive) {
            await().atMost(PATIENCE).until(() -> answers(client, 20).equals(both));
        }

        // It went without draining: whoever still meets it, or its kept connection, goes on to the other one.
        assertThat(answers(client, 20)).containsExactly(name(servlet));
        assertThat(caller.getBean(MeterRegistry.class)
                        .get("muster.loadbalancer.requests")
                        .tags("service", "stock", "outcome", "success")
                        .functionCounter()
                        .count())
                .isGreaterThanOrEqualTo(40);
        BalancerReport report = Objects.requireNonNull(
                caller.getBean(ServiceBalancers.class).reports().get("stock"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(report.inFlight()).isZero();
            assertThat(report.strategy()).isEqualTo("power-of-two-choices");
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"REST_CLIENT_JDK", "WEB_CLIENT_REACTOR"})
    void aRefusedConnectionIsReportedAndTheRegistrySeesForItself(ClientKind kind) throws IOException {
        RegistryClient client = caller.getBean(RegistryClient.class);
        String name = "dead-for-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/who", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        InstanceRegistration alive = client.register(
                name,
                "alive",
                Registration.of("p", "127.0.0.1", server.getAddress().getPort()).withStatus(InstanceStatus.UP));
        InstanceRegistration dead = client.register(
                name, "dead", Registration.of("q", "127.0.0.1", closedPort()).withStatus(InstanceStatus.UP));
        alive.start().join();
        dead.start().join();
        Caller calls = kind.of(caller, name);
        await().atMost(PATIENCE).until(() -> client.view(name).up().size() == 2);

        await().atMost(PATIENCE).until(() -> {
            calls.call(HttpMethod.GET, "/who", "");
            return registry.instances(name).stream()
                    .anyMatch(one -> one.reason().contains("refuses connections"));
        });
        alive.close();
        dead.close();
        server.stop(0);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Set<String> answers(Caller client, int calls) {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < calls; i++) {
            answers.add(client.call(HttpMethod.GET, "/who", ""));
        }
        return answers;
    }

    private static String name(ConfigurableApplicationContext service) {
        return service.getEnvironment().getRequiredProperty("service.id");
    }

    private static ConfigurableApplicationContext service(WebApplicationType type) {
        return run(type, Stock.class);
    }

    private static int services;

    private static ConfigurableApplicationContext run(WebApplicationType type, Class<?> configuration) {
        List<String> arguments = new ArrayList<>(List.of(
                "--muster.registry.urls=" + registry.url(),
                "--muster.instance.drain-timeout=0s",
                "--muster.instance.drain-settle=0s",
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--service.id=" + type + ++services));
        arguments.add(
                type == WebApplicationType.NONE
                        ? "--spring.application.name=caller"
                        : "--spring.application.name=stock");
        return new SpringApplicationBuilder(Application.class, configuration)
                .web(type)
                .properties(Map.of("server.shutdown", "immediate"))
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
    @Import(Stock.Controller.class)
    static class Stock {
        @RestController
        static class Controller {
            private final String id;

            Controller(Environment environment) {
                this.id = environment.getRequiredProperty("service.id");
            }

            @RequestMapping("/who")
            String who() {
                return id;
            }
        }
    }
}
