package io.muster.client.spring.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.client.Discovery;
import io.muster.client.GossipDiscovery;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestRegistry;
import io.muster.gossip.protocol.MemberState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Boot services that find each other without a registry, on real sockets. */
@Timeout(300)
class GossipModeTest {
    private static final int CALLERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final int seed = FreePort.find("127.0.0.1");
    private final Deque<ConfigurableApplicationContext> services = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answers = new AtomicInteger();
    private volatile boolean over;

    @AfterEach
    void stopAll() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        services.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void aRollingRestartLosesNoRequest() throws InterruptedException {
        try (ConfigurableApplicationContext caller = caller("muster.discovery.mode=gossip")) {
            services.add(service(WebApplicationType.SERVLET));
            services.add(service(WebApplicationType.REACTIVE));
            services.add(service(WebApplicationType.SERVLET));
            Discovery discovery = caller.getBean(Discovery.class);
            await().atMost(PATIENCE).until(() -> discovery.view("work").up().size() == 3);
            RestClient client = caller.getBean(RestClient.Builder.class).build();
            startCalls(client);
            for (int i = 0; i < 3; i++) {
                services.add(service(i == 1 ? WebApplicationType.REACTIVE : WebApplicationType.SERVLET));
                awaitAnswers(20);
                services.remove().close();
                awaitAnswers(20);
            }
            over = true;
            for (Thread thread : threads) {
                thread.join();
            }
            await().atMost(PATIENCE)
                    .until(() -> discovery.view("work").snapshot().instances().size() == 3);
        }

        assertThat(failures).isEmpty();
        assertThat(answers).hasValueGreaterThan(100);
    }

    @Test
    void isShownToOperators() throws InterruptedException {
        try (ConfigurableApplicationContext caller =
                caller("muster.discovery.mode=gossip", "management.endpoints.web.exposure.include=*")) {
            services.add(service(WebApplicationType.SERVLET));
            DiscoveryClient client = caller.getBean(DiscoveryClient.class);
            await().atMost(PATIENCE).until(() -> client.getServices().contains("work"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(client.getInstances("work"))
                            .singleElement()
                            .extracting(ServiceInstance::getHost)
                            .isEqualTo("127.0.0.1"));

            assertThat(caller.getBeansOfType(RegistryClient.class)).isEmpty();
            // A member that hangs for a while is suspected for a while.
            await().atMost(PATIENCE).untilAsserted(() -> {
                GossipEndpoint.Report report =
                        caller.getBean(GossipEndpoint.class).report();
                assertThat(report.self().members()).isEqualTo(1);
                assertThat(report.members())
                        .hasSize(2)
                        .allSatisfy(member -> assertThat(member.state()).isEqualTo(MemberState.ALIVE));
            });
            HealthIndicator health = caller.getBean("musterGossipHealthIndicator", HealthIndicator.class);
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            assertThat(health.health().getDetails()).containsEntry("members", 1).containsEntry("instances", 1);
            MeterRegistry meters = caller.getBean(MeterRegistry.class);
            assertThat(meters.get("muster.gossip.members").gauge().value()).isEqualTo(1);
            assertThat(meters.get("muster.gossip.deaths").functionCounter().count())
                    .isZero();
            assertThat(meters.get("muster.gossip.packets")
                            .tags("direction", "heard", "channel", "datagram")
                            .functionCounter()
                            .count())
                    .isPositive();
            assertThat(meters.get("muster.gossip.refused")
                            .tag("reason", "other-cluster")
                            .functionCounter()
                            .count())
                    .isZero();
            assertThat(caller.getBean(GossipDiscovery.class).traffic().bytesSent())
                    .isPositive();
        }
    }

    @Test
    void theRegistryLeadsWhereBothAreThere() {
        TestRegistry registry = TestRegistry.start();
        try (ConfigurableApplicationContext caller =
                caller("muster.discovery.mode=both", "muster.registry.urls=" + registry.url())) {
            services.add(service(
                    WebApplicationType.SERVLET,
                    "muster.discovery.mode=both",
                    "muster.registry.urls=" + registry.url()));
            Discovery discovery = caller.getBean(Discovery.class);
            RegistryClient client = caller.getBean(RegistryClient.class);
            GossipDiscovery gossip = caller.getBean(GossipDiscovery.class);
            await().atMost(PATIENCE)
                    .until(() -> client.view("work").up().size() == 1
                            && gossip.view("work").up().size() == 1
                            && discovery
                                    .view("work")
                                    .up()
                                    .equals(client.view("work").up()));

            registry.stop();
            services.add(service(
                    WebApplicationType.SERVLET,
                    "muster.discovery.mode=both",
                    "muster.registry.urls=" + registry.url()));

            await().atMost(PATIENCE).until(() -> discovery.view("work").up().size() == 2);
            assertThat(client.view("work").up()).hasSize(1);
        } finally {
            registry.close();
        }
    }

    private void startCalls(RestClient client) {
        for (int i = 0; i < CALLERS; i++) {
            Thread thread = new Thread(() -> call(client), "caller-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void awaitAnswers(int more) {
        int before = answers.get();
        await().atMost(PATIENCE).until(() -> !failures.isEmpty() || answers.get() > before + more);
        assertThat(failures).isEmpty();
    }

    private void call(RestClient client) {
        while (!over) {
            try {
                client.post().uri("http://work/work").retrieve().toBodilessEntity();
                answers.incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(e);
                over = true;
            }
        }
    }

    /** The seed; its own retries hide nothing. */
    private ConfigurableApplicationContext caller(String... more) {
        List<String> properties =
                new ArrayList<>(List.of("muster.gossip.port=" + seed, "muster.load-balancer.retry.enabled=false"));
        properties.addAll(List.of(more));
        return run(WebApplicationType.NONE, "caller", Caller.class, properties);
    }

    private ConfigurableApplicationContext service(WebApplicationType type, String... more) {
        List<String> properties = new ArrayList<>(List.of("muster.gossip.port=0", "muster.discovery.mode=gossip"));
        for (String property : more) {
            String name = property.substring(0, property.indexOf('=') + 1);
            properties.removeIf(before -> before.startsWith(name));
            properties.add(property);
        }
        return run(type, "work", Worker.class, properties);
    }

    private ConfigurableApplicationContext run(
            WebApplicationType type, String name, Class<?> configuration, List<String> more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.application.name=" + name,
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--muster.registry.view-file=",
                "--muster.instance.drain-settle=3s",
                "--muster.gossip.seeds=127.0.0.1:" + seed));
        more.forEach(property -> arguments.add("--" + property));
        return new SpringApplicationBuilder(configuration).web(type).run(arguments.toArray(String[]::new));
    }

    @TestConfiguration(proxyBeanMethods = false)
    @Import(TestApplication.class)
    static class Caller {
        @Bean
        @LoadBalanced
        RestClient.Builder restClientBuilder() {
            return RestClient.builder().requestFactory(new JdkClientHttpRequestFactory());
        }

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }
    }

    @RestController
    @TestConfiguration(proxyBeanMethods = false)
    @Import(TestApplication.class)
    static class Worker {
        @PostMapping("/work")
        String work() throws InterruptedException {
            // A handler that takes its time, not a wait of the test.
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(5, 60));
            return "done";
        }
    }
}
