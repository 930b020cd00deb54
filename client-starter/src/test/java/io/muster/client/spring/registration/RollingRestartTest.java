package io.muster.client.spring.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestRegistry;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** All instances of a service are replaced one by one under load; with retries off nothing hides a gap. */
@Timeout(300)
class RollingRestartTest {
    private static final int CALLERS = 6;
    /** Longer than a context takes to close by itself, and than a call waits between its choice and its connection. */
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(40);

    private final TestRegistry registry = TestRegistry.start();
    private final Deque<ConfigurableApplicationContext> services = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answers = new AtomicInteger();
    private ConfigurableApplicationContext caller;
    private volatile boolean over;

    @BeforeEach
    void startCaller() {
        caller = run(WebApplicationType.NONE, "caller", Caller.class, "muster.load-balancer.retry.enabled=false");
        RegistryClient client = caller.getBean(RegistryClient.class);
        client.view("work").first().join();
        // Before that the registry cannot know whether it knows all callers, and a drain waits its full time.
        TestRegistry.waiting()
                .until(() -> client.state().connected() && !client.state().warming());
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        caller.close();
        services.forEach(ConfigurableApplicationContext::close);
        registry.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void losesNoRequest(WebApplicationType type) throws InterruptedException {
        services.add(service(type));
        services.add(service(type));
        TestRegistry.waiting()
                .until(() -> registry.instances("work").stream()
                                .filter(instance -> instance.status().takesRequests())
                                .count()
                        == 2);
        RestClient client = caller.getBean(RestClient.Builder.class).build();
        for (int i = 0; i < CALLERS; i++) {
            Thread thread = new Thread(() -> call(client), "caller-" + i);
            threads.add(thread);
            thread.start();
        }
        for (int i = 0; i < 2; i++) {
            services.add(service(type));
            int before = answers.get();
            TestRegistry.waiting().until(() -> over || answers.get() > before + 20);
            long closing = System.nanoTime();
            services.remove().close();
            assertThat(Duration.ofNanos(System.nanoTime() - closing))
                    .as("a stop waits for its callers and settles, and does not wait for its time limit")
                    .isBetween(SETTLE, DRAIN_TIMEOUT);
        }
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(answers).hasValueGreaterThan(100);
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

    private ConfigurableApplicationContext service(WebApplicationType type) {
        return run(
                type,
                "work",
                Worker.class,
                "muster.instance.drain-timeout=" + DRAIN_TIMEOUT.toSeconds() + "s",
                "muster.instance.drain-settle=" + SETTLE.toMillis() + "ms");
    }

    private ConfigurableApplicationContext run(
            WebApplicationType type, String name, Class<?> configuration, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.application.name=" + name,
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--muster.registry.urls=" + registry.url()));
        for (String property : more) {
            arguments.add("--" + property);
        }
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
