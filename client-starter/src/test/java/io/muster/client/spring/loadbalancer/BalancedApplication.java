package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.TestViews;
import io.muster.lb.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerBeanPostProcessorAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application with balanced clients over views that the test fills. */
final class BalancedApplication implements AutoCloseable {
    private final ConfigurableApplicationContext context;
    private final List<Backend> backends = new ArrayList<>();

    private BalancedApplication(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static BalancedApplication run(String... properties) {
        return run(NothingMore.class, properties);
    }

    static BalancedApplication runWith(Class<?> more) {
        return run(more, "muster.load-balancer.strategy=round-robin");
    }

    private static BalancedApplication run(Class<?> more, String... properties) {
        List<String> all = new ArrayList<>(List.of(properties));
        all.add("spring.main.banner-mode=off");
        return new BalancedApplication(new SpringApplicationBuilder(Beans.class, more)
                .web(WebApplicationType.NONE)
                .properties(all.toArray(String[]::new))
                .run());
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    TestViews views() {
        return context.getBean(TestViews.class);
    }

    /** A server that runs until {@link #stopBackends()}. */
    Backend backend(Backend.Behaviour behaviour) {
        Backend backend = new Backend("backend" + backends.size(), behaviour);
        backends.add(backend);
        return backend;
    }

    void publish(String service, Backend... started) {
        publish(
                service,
                Arrays.stream(started)
                        .map(it -> TestViews.instance(it.id(), it.port(), InstanceStatus.UP))
                        .toArray(Instance[]::new));
    }

    void publish(String service, Instance... instances) {
        views().publish(service, List.of(instances));
    }

    BalancerReport report(String service) {
        return Objects.requireNonNull(
                context.getBean(ServiceBalancers.class).reports().get(service));
    }

    /** Waits until nothing is in flight to the service, and no outcome but these was counted. */
    void awaitSettled(String service, Map<Outcome, Long> expected) {
        await().atMost(Duration.ofSeconds(40)).ignoreExceptions().untilAsserted(() -> {
            BalancerReport report = report(service);
            assertThat(report.inFlight()).isZero();
            assertThat(report.endpoints())
                    .allSatisfy(endpoint ->
                            assertThat(endpoint.statistics().inFlight()).isZero());
            assertThat(report.requests())
                    .allSatisfy((outcome, count) -> assertThat(count)
                            .as(report.requests().toString())
                            .isEqualTo(expected.getOrDefault(outcome, 0L)));
        });
    }

    void stopBackends() {
        backends.forEach(Backend::close);
        backends.clear();
    }

    @Override
    public void close() {
        stopBackends();
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    static class NothingMore {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LoadBalancerAutoConfiguration.class,
        BlockingLoadBalancerClientAutoConfiguration.class,
        org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration.class,
        ReactorLoadBalancerClientAutoConfiguration.class,
        LoadBalancerBeanPostProcessorAutoConfiguration.class,
        MusterLoadBalancerAutoConfiguration.class
    })
    @Import(ClientKind.Beans.class)
    static class Beans {
        /** Not started: it is there so that the auto-configuration takes part. */
        @Bean(destroyMethod = "")
        RegistryClient registryClient() {
            return RegistryClient.create(ClientConfig.of(URI.create("http://127.0.0.1:1")));
        }

        @Bean
        TestViews views() {
            return new TestViews();
        }

        @Bean
        ServiceBalancers balancers(TestViews views, MusterLoadBalancerProperties properties) {
            return new ServiceBalancers(
                    views::view,
                    properties,
                    new Strategies(properties, Map.of(), new HashKeys(Map.of())),
                    CallerPlace.NOWHERE,
                    refused -> {},
                    // Who is left out for a second stays out for as long as a test may take.
                    () -> System.nanoTime() / 30);
        }
    }
}
