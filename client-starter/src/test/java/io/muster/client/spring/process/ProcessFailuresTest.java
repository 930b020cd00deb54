package io.muster.client.spring.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestProcess;
import io.muster.registry.RegistryApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** A registry and instances in processes of their own are killed and stopped under load; the caller is in this one. */
@Timeout(400)
class ProcessFailuresTest {
    private static final Duration HEARTBEAT = Duration.ofSeconds(4);
    private static final Duration TTL = Duration.ofSeconds(16);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int CALLERS = 4;
    private static final int PICKS = 100;

    private static int nextPort = 21_000 + (int) (ProcessHandle.current().pid() % 9_000);
    private static int registryPort;
    private static TestProcess registry;
    private static List<Integer> ports;
    private static List<TestProcess> workers;
    private static ConfigurableApplicationContext caller;

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answers = new AtomicInteger();
    private volatile boolean over;

    @BeforeAll
    static void startAll() throws IOException {
        registryPort = freePort();
        registry = startRegistry(1);
        ports = List.of(freePort(), freePort());
        workers = new ArrayList<>();
        for (int port : ports) {
            workers.add(startWorker(port));
        }
        caller = new SpringApplicationBuilder(Caller.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.application.name=caller",
                        "--spring.main.banner-mode=off",
                        "--muster.registry.urls=" + url(),
                        "--muster.registry.view-file=");
    }

    @AfterAll
    static void stopAll() {
        caller.close();
        workers.forEach(TestProcess::close);
        registry.close();
    }

    @BeforeEach
    void callAll() {
        patiently().until(() -> up().equals(Set.copyOf(ports)) && picks().equals(Set.copyOf(ports)));
        RestClient client = caller.getBean(RestClient.Builder.class).build();
        for (int i = 0; i < CALLERS; i++) {
            Thread thread = new Thread(() -> call(client), "caller-" + i);
            threads.add(thread);
            thread.start();
        }
        awaitAnswers();
    }

    @AfterEach
    void stopCalling() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void aKilledInstanceFailsNoReadAndIsOutOfThePickerLongBeforeItsTtl() throws Exception {
        workers.get(0).kill();
        try {
            // Its last heartbeat may be one interval and a tenth old.
            await().atMost(TTL.minus(HEARTBEAT).minusSeconds(1)).until(() -> picks().equals(Set.of(ports.get(1))));
            patiently().until(() -> up().equals(Set.of(ports.get(1))));
            awaitAnswers();
            assertThat(failures).isEmpty();
        } finally {
            workers.set(0, startWorker(ports.get(0)));
        }
    }

    @Test
    void aStoppedInstanceIsOutAfterItsTtlAndBackOnceItResumes() throws Exception {
        workers.get(0).pause();
        try {
            patiently().until(() -> picks().equals(Set.of(ports.get(1))));
        } finally {
            workers.get(0).resume();
        }
        patiently().until(() -> picks().equals(Set.copyOf(ports)));
        awaitAnswers();
        assertThat(failures).as("what hung was answered after all").isEmpty();
    }

    @Test
    void aRegistryThatStoodStillForLongTakesNobodyForDead() throws Exception {
        registry.pause();
        long paused = System.nanoTime();
        try {
            // Clients give a stream up after 6 s without a byte.
            patiently()
                    .until(() -> !caller.getBean(RegistryClient.class).state().connected()
                            && System.nanoTime() - paused > TTL.toNanos());
        } finally {
            registry.resume();
        }
        try (RegistryClient client = RegistryClient.create(ClientConfig.of(URI.create(url())))) {
            patiently()
                    .ignoreExceptions()
                    .until(() -> client.lookup("work").join().instances().size() == 2);
            long end = System.nanoTime() + TTL.toNanos();
            while (System.nanoTime() < end) {
                assertThat(client.lookup("work").join().instances())
                        .allMatch(instance -> instance.status() == InstanceStatus.UP);
                assertThat(up()).isEqualTo(Set.copyOf(ports));
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aRegistryThatWasKilledKnowsAllWithinTwoHeartbeatsAndNobodyMissesThemMeanwhile() throws Exception {
        registry.kill();
        awaitAnswers();
        registry = startRegistry(2);
        try (RegistryClient client = RegistryClient.create(ClientConfig.of(URI.create(url())))) {
            patiently()
                    .ignoreExceptions()
                    .until(() -> client.lookup("work").join().position() != null);
            await().atMost(HEARTBEAT.multipliedBy(2))
                    .until(() -> client.lookup("work").join().instances().stream()
                                    .filter(instance -> instance.status() == InstanceStatus.UP)
                                    .count()
                            == 2);
        }
        assertThat(up()).isEqualTo(Set.copyOf(ports));
        awaitAnswers();
        assertThat(failures).isEmpty();
    }

    private void call(RestClient client) {
        while (!over) {
            try {
                client.get().uri("http://work/work").retrieve().toBodilessEntity();
                answers.incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
    }

    private void awaitAnswers() {
        int before = answers.get();
        patiently().until(() -> answers.get() > before + 50);
    }

    /** The ports that the caller's view holds as UP. */
    private static Set<Integer> up() {
        return caller.getBean(RegistryClient.class).view("work").up().stream()
                .map(Instance::port)
                .collect(Collectors.toSet());
    }

    private static Set<Integer> picks() {
        return picks(caller);
    }

    /** The ports that a caller's picker chooses. */
    static Set<Integer> picks(ConfigurableApplicationContext asked) {
        LoadBalancerClient balancer = asked.getBean(LoadBalancerClient.class);
        Set<Integer> picks = new HashSet<>();
        for (int i = 0; i < PICKS; i++) {
            ServiceInstance chosen = balancer.choose("work");
            if (chosen != null) {
                picks.add(chosen.getPort());
            }
        }
        return picks;
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    private static String url() {
        return "http://127.0.0.1:" + registryPort;
    }

    private static TestProcess startRegistry(int number) {
        return TestProcess.start(
                RegistryApplication.class,
                "registry-" + number,
                "--server.address=127.0.0.1",
                "--server.port=" + registryPort,
                "--muster.server.heartbeat=" + HEARTBEAT.toMillis() + "ms",
                "--muster.server.ttl=" + TTL.toMillis() + "ms");
    }

    private static TestProcess startWorker(int port) {
        return TestProcess.start(
                Worker.class,
                "worker-" + port,
                "--spring.application.name=work",
                "--spring.main.web-application-type=servlet",
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--muster.registry.view-file=",
                "--muster.registry.urls=" + url());
    }

    /** A port below those that the kernel gives to outgoing connections. */
    static int freePort() throws IOException {
        while (nextPort < 32_000) {
            try (ServerSocket socket = new ServerSocket(nextPort++, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: the next one.
            }
        }
        throw new IOException("No free port");
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
}
