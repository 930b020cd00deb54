package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Headers;
import io.muster.api.LoadLimit;
import io.muster.api.LoadReport;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.TestTraffic;
import io.muster.client.spring.loadbalancer.BalancerReport.EndpointReport;
import io.muster.lb.Outcome;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Instances that are busier than their callers know, with real services: one on Tomcat, one on Netty. */
@Timeout(300)
class DecliningTest {
    private static final String SERVLET = "on-tomcat";
    private static final String REACTIVE = "on-netty";
    private static final String ON = "muster.load-balancer.decline-when-busy=true";
    private static final int MANY = 6;

    private static final AtomicInteger served = new AtomicInteger();
    private static final HttpClient direct =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static TestRegistry registry;
    private static ConfigurableApplicationContext onTomcat;
    private static ConfigurableApplicationContext onNetty;
    private static volatile Sinks.One<String> gate = Sinks.one();

    private final List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
    private final List<ConfigurableApplicationContext> callers = new ArrayList<>();

    @BeforeAll
    static void startServices() {
        registry = TestRegistry.start();
        onTomcat = service(WebApplicationType.SERVLET, SERVLET);
        onNetty = service(WebApplicationType.REACTIVE, REACTIVE);
    }

    @BeforeEach
    void closeGate() {
        gate = Sinks.one();
    }

    @AfterEach
    void endCalls() {
        gate.tryEmitValue("done");
        held.forEach(CompletableFuture::join);
        callers.forEach(ConfigurableApplicationContext::close);
    }

    @AfterAll
    static void stopServices() {
        onTomcat.close();
        onNetty.close();
        registry.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {SERVLET, REACTIVE})
    void anInstanceServesUpToTheLimitAndNothingAboveIt(String instance) throws Exception {
        occupy(instance, MANY);
        int before = served.get();

        HttpResponse<String> atLimit = ask(instance, limit(MANY, instance));
        assertThat(atLimit.statusCode()).isEqualTo(200);
        assertThat(atLimit.body()).isEqualTo(instance);
        assertThat(report(atLimit).declined()).isFalse();

        HttpResponse<String> above = ask(instance, limit(MANY - 1, instance));
        assertThat(above.statusCode()).isEqualTo(412);
        assertThat(above.body()).isEmpty();
        assertThat(report(above).declined()).isTrue();
        assertThat(report(above).inFlight()).isEqualTo(MANY);

        assertThat(served.get() - before)
                .as("requests that reached the application")
                .isOne();
        assertThat(report(ask(instance, "?1")).inFlight())
                .as("what was declined does not count")
                .isEqualTo(MANY);
        assertThat(ask(instance, limit(0, "another")).statusCode())
                .as("a limit that was passed on and is for another instance")
                .isEqualTo(200);
    }

    @Test
    void anInterruptedCallGoesOnToAnotherInstance() throws Exception {
        ConfigurableApplicationContext application = caller(ON);
        ClientKind.Caller caller = informed(ClientKind.REST_CLIENT_SIMPLE, application);
        occupy(SERVLET, MANY);
        TestTraffic traffic = TestTraffic.of(application, "stock");

        while (traffic.ended(Outcome.DECLINED) == 0) {
            Thread.currentThread().interrupt();
            assertThat(caller.get()).isEqualTo(REACTIVE);
            assertThat(Thread.interrupted()).isTrue();
        }

        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.CANCELLED)).isZero();
    }

    @Test
    void interceptorsBehindTheBalancerSeeOnlyTheAnswerThatCounts() throws Exception {
        ConfigurableApplicationContext application = caller(ON);
        informed(ClientKind.REST_CLIENT_JDK, application);
        occupy(SERVLET, MANY);
        TestTraffic traffic = TestTraffic.of(application, "stock");
        List<Integer> seen = new ArrayList<>();
        RestClient client = ClientKind.builder(application, ClientKind.jdkFactory(Duration.ofSeconds(60)))
                .requestInterceptor((request, body, execution) -> {
                    ClientHttpResponse response = execution.execute(request, body);
                    seen.add(response.getStatusCode().value());
                    return response;
                })
                .build();

        while (traffic.ended(Outcome.DECLINED) == 0) {
            assertThat(client.get().uri("http://stock/x").retrieve().body(String.class))
                    .isEqualTo(REACTIVE);
        }

        assertThat(seen).containsOnly(200);
    }

    @ParameterizedTest
    @EnumSource
    void aDeclinedCallGoesOnToAnotherInstance(ClientKind kind) throws Exception {
        ConfigurableApplicationContext application = caller(ON);
        ClientKind.Caller caller = informed(kind, application);
        String busy = kind.isReactive() ? SERVLET : REACTIVE;
        occupy(busy, MANY);
        TestTraffic traffic = TestTraffic.of(application, "stock");

        int calls = 0;
        while (traffic.ended(Outcome.DECLINED) == 0) {
            assertThat(caller.get()).isNotEqualTo(busy);
            calls++;
        }

        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.SUCCESS)).isEqualTo(calls);
        assertThat(traffic.ended(Outcome.DECLINED)).isOne();
        assertThat(traffic.endpoints())
                .filteredOn(endpoint -> endpoint.id().equals(busy))
                .allSatisfy(endpoint -> {
                    assertThat(endpoint.eligible()).isTrue();
                    assertThat(endpoint.statistics().failures()).isZero();
                });
        assertThat(retries(application)).as("no retry is charged").isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"REST_CLIENT_SIMPLE", "WEB_CLIENT_JDK"})
    void whereAllAreBusyOneOfThemServesIt(ClientKind kind) throws Exception {
        ConfigurableApplicationContext application = caller(ON);
        ClientKind.Caller caller = informed(kind, application);
        occupy(SERVLET, MANY);
        occupy(REACTIVE, MANY);
        TestTraffic traffic = TestTraffic.of(application, "stock");

        assertThat(caller.get()).isIn(SERVLET, REACTIVE);

        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.DECLINED)).isOne();
        assertThat(traffic.ended(Outcome.SUCCESS)).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        // A short body is sent twice, from memory.
        "REST_CLIENT_JDK, 10, true",
        "REST_TEMPLATE_SIMPLE, 10, true",
        "REST_CLIENT_JDK, 20000, false",
        // Whether this one could be sent twice is known when it has been sent.
        "WEB_CLIENT_REACTOR, 10, false"
    })
    void aCallWithABodyIsDeclinedWhereItCanBeSentTwice(ClientKind kind, int length, boolean declined) throws Exception {
        ConfigurableApplicationContext application = caller(ON);
        ClientKind.Caller caller = informed(kind, application);
        occupy(SERVLET, MANY);
        occupy(REACTIVE, MANY);
        TestTraffic traffic = TestTraffic.of(application, "stock");
        int before = served.get();

        String answer = caller.call(HttpMethod.POST, "/length", "x".repeat(length));

        assertThat(answer).isEqualTo("" + length);
        assertThat(served.get() - before).isOne();
        traffic.awaitIdle();
        assertThat(traffic.ended(Outcome.DECLINED)).isEqualTo(declined ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "muster.load-balancer.decline-when-busy=false",
                "muster.load-balancer.services.stock.decline-when-busy=false",
                // Each call belongs to an instance.
                "muster.load-balancer.services.stock.strategy=maglev muster.load-balancer.hash.query=key",
                // There is nobody else.
                "muster.load-balancer.subset.size=1",
                // Nobody outside the route may serve it.
                "muster.load-balancer.routes.all.percent=100 muster.load-balancer.routes.all.metadata.kind=any"
            })
    void noCallIsDeclinedThatHasToBeServedWhereItIs(String properties) throws Exception {
        ConfigurableApplicationContext application = caller((ON + " " + properties).split(" "));
        ClientKind.Caller caller = informed(ClientKind.REST_CLIENT_JDK, application);
        occupy(SERVLET, MANY);
        occupy(REACTIVE, MANY);
        TestTraffic traffic = TestTraffic.of(application, "stock");

        for (int i = 0; i < 8; i++) {
            caller.call(HttpMethod.GET, "/x?key=" + i, "");
        }

        traffic.awaitOnly(Outcome.SUCCESS, 8);
    }

    /** A caller to which both instances have told their loads, which are nothing. */
    private static ClientKind.Caller informed(ClientKind kind, ConfigurableApplicationContext application) {
        ClientKind.Caller caller = kind.of(application, "stock");
        TestTraffic traffic = TestTraffic.of(application, "stock");
        TestRegistry.waiting().until(() -> {
            caller.call(HttpMethod.GET, "/x", "");
            List<EndpointReport> endpoints = traffic.endpoints();
            return endpoints.size() == 2
                    && endpoints.stream()
                            .filter(EndpointReport::eligible)
                            .allMatch(endpoint -> endpoint.statistics().expectedInFlight() == 0);
        });
        traffic.awaitIdle();
        return caller;
    }

    private static long retries(ConfigurableApplicationContext application) {
        return application
                .getBean(ServiceBalancers.class)
                .balancer("stock")
                .traffic()
                .retries();
    }

    /** Lets an instance have so many requests under way of which the callers know nothing. */
    private void occupy(String instance, int requests) throws Exception {
        for (int i = 0; i < requests; i++) {
            held.add(direct.sendAsync(request(instance, "/slow", "?1"), BodyHandlers.ofString()));
        }
        while (report(ask(instance, "?1")).inFlight() < requests) {
            Thread.onSpinWait();
        }
    }

    private static String limit(int maxInFlight, String instance) {
        return new LoadLimit(maxInFlight, instance).header();
    }

    private static HttpResponse<String> ask(String instance, String header) throws Exception {
        return direct.send(request(instance, "/x", header), BodyHandlers.ofString());
    }

    private static LoadReport report(HttpResponse<String> response) {
        return LoadReport.parse(response.headers().firstValue(Headers.LOAD).orElse(null))
                .orElseThrow();
    }

    private static HttpRequest request(String instance, String path, String header) {
        ConfigurableApplicationContext service = instance.equals(SERVLET) ? onTomcat : onNetty;
        String port = service.getEnvironment().getRequiredProperty("local.server.port");
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header(Headers.LOAD, header)
                .timeout(Duration.ofSeconds(200))
                .build();
    }

    private ConfigurableApplicationContext caller(String... properties) {
        List<String> all = new ArrayList<>(List.of(properties));
        all.add("spring.application.name=caller");
        ConfigurableApplicationContext caller =
                TestApplication.run(registry, WebApplicationType.NONE, Caller.class, all.toArray(String[]::new));
        callers.add(caller);
        return caller;
    }

    private static ConfigurableApplicationContext service(WebApplicationType type, String id) {
        return TestApplication.run(
                registry,
                type,
                Stock.class,
                "spring.application.name=stock",
                "muster.instance.id=" + id,
                "muster.instance.metadata.kind=any");
    }

    @TestConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(ClientKind.Beans.class)
    static class Caller {}

    @TestConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Stock.Controller.class)
    static class Stock {
        @RestController
        static class Controller {
            private final String id;

            Controller(Environment environment) {
                this.id = environment.getRequiredProperty("muster.instance.id");
            }

            @GetMapping("/x")
            String name() {
                served.incrementAndGet();
                return id;
            }

            @PostMapping("/length")
            String length(@RequestBody String body) {
                served.incrementAndGet();
                return "" + body.length();
            }

            @GetMapping("/slow")
            Mono<String> slow() {
                return gate.asMono();
            }
        }
    }
}
