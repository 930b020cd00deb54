package io.muster.client.spring.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.client.RegistryClient;
import io.muster.client.spring.TestProcess;
import io.muster.registry.RegistryApplication;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One of two instances is cut off without a reset: it has a network of its own, which swallows what it sends. Needs root and {@code ip}; with {@code
 * NETWORK_REQUIRED=true} their lack fails the test.
 */
@Timeout(300)
class NetworkCutTest {
    private static final Duration TTL = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @BeforeAll
    static void needsANetworkOfItsOwn() throws Exception {
        String missing = NetworkNamespace.missing();
        if (Boolean.parseBoolean(System.getenv("NETWORK_REQUIRED"))) {
            assertThat(missing).as("why there is no network namespace").isEmpty();
        }
        assumeTrue(missing.isEmpty(), () -> "NOT TRIED: no network namespace: " + missing);
    }

    @Test
    void anInstanceThatIsCutOffIsOutAfterItsTtlAndBackWhenTheNetworkHeals() throws Exception {
        int registryPort = ProcessFailuresTest.freePort();
        int near = ProcessFailuresTest.freePort();
        int far = ProcessFailuresTest.freePort();
        NetworkNamespace network = kept(NetworkNamespace.create());
        kept(startRegistry(registryPort));
        kept(startWorker(List.of(), "127.0.0.1", near, "127.0.0.1:" + registryPort));
        kept(startWorker(network.prefix(), network.there(), far, network.here() + ":" + registryPort));
        ConfigurableApplicationContext caller = kept(startCaller(registryPort));
        patiently().until(() -> ProcessFailuresTest.picks(caller).equals(Set.of(near, far)));

        network.cut();

        await().atMost(TTL.plusSeconds(20))
                .until(() -> ProcessFailuresTest.picks(caller).equals(Set.of(near)));
        assertThat(caller.getBean(RegistryClient.class).view("work").up()).hasSize(1);

        network.heal();

        patiently().until(() -> ProcessFailuresTest.picks(caller).equals(Set.of(near, far)));
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private <T extends AutoCloseable> T kept(T opened) {
        open.push(opened);
        return opened;
    }

    private static TestProcess startRegistry(int port) {
        return TestProcess.start(
                RegistryApplication.class,
                "cut-registry",
                "--server.address=0.0.0.0",
                "--server.port=" + port,
                "--muster.server.auth.mode=none",
                "--muster.server.heartbeat=" + TTL.dividedBy(2).toMillis() + "ms",
                "--muster.server.ttl=" + TTL.toMillis() + "ms");
    }

    private static TestProcess startWorker(List<String> prefix, String address, int port, String registry) {
        return TestProcess.start(
                prefix,
                Worker.class,
                "cut-worker-" + port,
                "--spring.application.name=work",
                "--spring.main.web-application-type=servlet",
                "--server.address=" + address,
                "--server.port=" + port,
                "--muster.registry.view-file=",
                "--muster.registry.urls=http://" + registry);
    }

    private static ConfigurableApplicationContext startCaller(int registryPort) {
        return new SpringApplicationBuilder(ProcessFailuresTest.Caller.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.application.name=caller",
                        "--spring.main.banner-mode=off",
                        "--muster.registry.urls=http://127.0.0.1:" + registryPort,
                        "--muster.registry.view-file=");
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }
}
