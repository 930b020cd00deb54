package io.muster.lease.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.muster.lease.Eventually;
import io.muster.lease.Lease;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.Leases;
import io.muster.lease.store.InMemoryLeaseStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientBuilderConfigurer;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.boot.web.reactive.function.client.WebClientCustomizer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Clients of a real application, and a real server that is called by two names: "localhost", which is listed, and
 * "127.0.0.1", which is not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ClientTest {
    private final List<String> arrivals = new CopyOnWriteArrayList<>();
    private final Leases leases =
            Leases.open(new InMemoryLeaseStore(), LeaseSettings.defaults("test").withTtl(Duration.ofSeconds(20)));
    private HttpServer server;
    private ConfigurableApplicationContext application;
    private int port;

    /** A client that sends a GET and answers the status. */
    @FunctionalInterface
    interface Client {
        int get(ConfigurableApplicationContext context, URI uri);
    }

    static Stream<Named<Client>> clients() {
        return Stream.of(
                Named.of("RestClient", restClient("restClientBuilder")),
                Named.of(
                        "built RestTemplate",
                        (context, uri) -> status(
                                context.getBean(RestTemplateBuilder.class).build(), uri)),
                Named.of("RestTemplate that is a bean", restTemplate("plainTemplate")),
                Named.of("bare RestTemplate", restTemplate("bareTemplate")),
                Named.of("WebClient", webClient("webClientBuilder")));
    }

    static Stream<Named<Client>> balancedClients() {
        return Stream.of(
                Named.of("RestClient", restClient("balancedRestClient")),
                Named.of("RestTemplate", restTemplate("balancedTemplate")),
                Named.of("WebClient", webClient("balancedWebClient")));
    }

    private static Client restClient(String bean) {
        return (context, uri) -> status(context.getBean(bean, RestClient.Builder.class), uri);
    }

    private static Client restTemplate(String bean) {
        return (context, uri) -> status(context.getBean(bean, RestTemplate.class), uri);
    }

    private static Client webClient(String bean) {
        return (context, uri) -> Objects.requireNonNull(
                status(context.getBean(bean, WebClient.Builder.class), uri).block());
    }

    private static int status(RestClient.Builder builder, URI uri) {
        return builder.build()
                .get()
                .uri(uri)
                .exchange((request, response) -> response.getStatusCode().value());
    }

    private static int status(RestTemplate template, URI uri) {
        return Objects.requireNonNull(template.execute(
                uri, HttpMethod.GET, null, response -> response.getStatusCode().value()));
    }

    private static Mono<Integer> status(WebClient.Builder builder, URI uri) {
        return builder.build()
                .get()
                .uri(uri)
                .exchangeToMono(response ->
                        response.releaseBody().thenReturn(response.statusCode().value()));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(excludeName = "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration")
    static class Application {
        @Bean
        RestTemplate plainTemplate(RestTemplateBuilder builder) {
            return builder.build();
        }

        @Bean
        RestTemplate bareTemplate() {
            RestTemplate template = new RestTemplate();
            template.setInterceptors(List.of((request, body, execution) -> execution.execute(request, body)));
            return template;
        }

        @Bean
        @LoadBalanced
        RestTemplate balancedTemplate() {
            return new RestTemplate();
        }

        @Bean
        @LoadBalanced
        RestClient.Builder balancedRestClient() {
            return RestClient.builder();
        }

        @Bean
        @LoadBalanced
        WebClient.Builder balancedWebClient() {
            return WebClient.builder();
        }

        // Boot's own stay away when there are others.
        @Bean
        RestClient.Builder restClientBuilder(RestClientBuilderConfigurer configurer) {
            return configurer.configure(RestClient.builder());
        }

        @Bean
        WebClient.Builder webClientBuilder(ObjectProvider<WebClientCustomizer> customizers) {
            WebClient.Builder builder = WebClient.builder();
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder;
        }
    }

    @BeforeAll
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String host = Objects.requireNonNull(exchange.getRequestHeaders().getFirst("Host"));
            arrivals.add(host.substring(0, host.indexOf(':')) + " "
                    + exchange.getRequestHeaders().getOrDefault("Fencing-Token", List.of()));
            if (exchange.getRequestURI().getPath().equals("/redirect")) {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + port + "/other");
                exchange.sendResponseHeaders(302, -1);
            } else {
                exchange.sendResponseHeaders(200, -1);
            }
            exchange.close();
        });
        server.start();
        port = server.getAddress().getPort();
        application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(
                        // The leases are the test's own.
                        "muster.lease.enabled=false",
                        "muster.lease.http.send-to=localhost,*.example.org",
                        "spring.main.banner-mode=off",
                        "spring.cloud.discovery.client.simple.instances.ledger[0].uri=http://127.0.0.1:" + port)
                .run();
    }

    @AfterAll
    void stop() {
        if (application != null) {
            application.close();
        }
        server.stop(0);
        leases.close();
    }

    @BeforeEach
    void forget() {
        arrivals.clear();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aListedHostIsSentTheTokensOfTheLeasesAndNobodyElseIs(Client client) throws Exception {
        try (Lease outer = take("outer");
                Lease inner = take("inner job")) {
            String tokens = "outer;t=" + outer.fencingToken() + ", inner%20job;t=" + inner.fencingToken();
            int status = outer.call(() -> inner.call(() -> {
                assertThat(client.get(application, uri("127.0.0.1", "/"))).isEqualTo(200);
                return client.get(application, uri("localhost", "/"));
            }));
            assertThat(status).isEqualTo(200);
            assertThat(client.get(application, uri("localhost", "/"))).isEqualTo(200);
            assertThat(arrivals).containsExactly("127.0.0.1 []", "localhost [" + tokens + "]", "localhost []");
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aRequestWithATokenFollowsNoRedirectAndOthersDo(Client client) throws Exception {
        try (Lease lease = take("close")) {
            assertThat(lease.call(() -> client.get(application, uri("localhost", "/redirect"))))
                    .isEqualTo(302);
            assertThat(arrivals).containsExactly("localhost [close;t=" + lease.fencingToken() + "]");
            arrivals.clear();
            assertThat(lease.call(() -> client.get(application, uri("127.0.0.1", "/redirect"))))
                    .isEqualTo(200);
            assertThat(client.get(application, uri("localhost", "/redirect"))).isEqualTo(200);
            assertThat(arrivals).containsExactly("127.0.0.1 []", "127.0.0.1 []", "localhost []", "127.0.0.1 []");
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aLostLeaseSendsNothing(Client client) throws Exception {
        Lease lease = take("lost");
        assertThatThrownBy(() -> lease.call(() -> {
                    assertThat(leases.forceRelease("lost")).isTrue();
                    Eventually.holds("it is lost", () -> !lease.isHeld());
                    boolean unused = Thread.interrupted();
                    assertThatThrownBy(() -> client.get(application, uri("localhost", "/")))
                            .isInstanceOf(LeaseLostException.class)
                            .hasMessageContaining("\"lost\"");
                    assertThat(arrivals).isEmpty();
                    return client.get(application, uri("localhost", "/"));
                }))
                .isInstanceOf(LeaseLostException.class);
        assertThat(arrivals).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("balancedClients")
    void aServiceOfABalancedClientIsSentTokens(Client client) throws Exception {
        try (Lease lease = take("close")) {
            URI service = URI.create("http://ledger/");
            assertThat(lease.call(() -> client.get(application, service))).isEqualTo(200);
            assertThat(client.get(application, service)).isEqualTo(200);
            assertThat(arrivals).containsExactly("127.0.0.1 [close;t=" + lease.fencingToken() + "]", "127.0.0.1 []");
        }
    }

    @Test
    void aChainOnOtherThreadsCarriesTheLeasesThatWereCaptured() throws Exception {
        WebClient.Builder builder = application.getBean("webClientBuilder", WebClient.Builder.class);
        Mono<Integer> chain =
                Mono.just(uri("localhost", "/")).publishOn(Schedulers.single()).flatMap(uri -> status(builder, uri));
        try (Lease lease = take("close")) {
            Integer unused = lease.call(
                    () -> chain.contextWrite(ReactiveFencing.capture()).block());
            unused = lease.call(chain::block);
            assertThat(arrivals)
                    .as("thread-locals stay behind")
                    .containsExactly("localhost [close;t=" + lease.fencingToken() + "]", "localhost []");
        }
    }

    private Lease take(String name) {
        return leases.tryAcquire(LeaseRequest.of(name)).orElseThrow();
    }

    private URI uri(String host, String path) {
        return URI.create("http://" + host + ":" + port + path);
    }
}
