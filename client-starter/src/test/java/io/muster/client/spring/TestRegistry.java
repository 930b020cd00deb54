package io.muster.client.spring;

import static org.awaitility.Awaitility.await;

import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.registry.RegistryApplication;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The real registry on a random port, with short heartbeats, and a client of its own to ask it. After a stop it can be
 * started again on the same port, as a process that knows nothing.
 */
public final class TestRegistry implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> arguments;
    private final RegistryClient client;
    private final int port;
    private @Nullable ConfigurableApplicationContext context;

    private TestRegistry(List<String> arguments, ConfigurableApplicationContext context, int port) {
        this.arguments = arguments;
        this.context = context;
        this.port = port;
        this.client = RegistryClient.create(ClientConfig.of(URI.create("http://127.0.0.1:" + port)));
    }

    /** A running registry. */
    public static TestRegistry start(String... more) {
        // Its TTL is longer than a machine that is busy keeps a heartbeat back.
        List<String> arguments = new ArrayList<>(List.of(
                "--muster.server.heartbeat=200ms",
                "--muster.server.ttl=6s",
                "--muster.server.remove-after=20s",
                "--muster.server.data-dir="));
        arguments.addAll(List.of(more));
        ConfigurableApplicationContext context = run(arguments, 0);
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        return new TestRegistry(arguments, context, Integer.parseInt(port));
    }

    /** As a service's property {@code muster.registry.urls}. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Ends the process; what it knew is lost. */
    public void stop() {
        if (context != null) {
            context.close();
            context = null;
        }
    }

    /** Starts it again on its port, unless it runs. */
    public void startAgain() {
        if (context == null) {
            context = run(arguments, port);
        }
    }

    /** What it knows of a service; fails when it does not answer. */
    public List<Instance> instances(String service) {
        return client.lookup(service).join().instances();
    }

    /** Waits for the one instance of a service to have this status. */
    public Instance awaitOne(String service, InstanceStatus status) {
        return waiting()
                .until(
                        () -> instances(service),
                        found -> found.size() == 1 && found.get(0).status() == status)
                .get(0);
    }

    /** Waits for a service to have no instance. */
    public void awaitNone(String service) {
        waiting().until(() -> instances(service).isEmpty());
    }

    /** Time enough for everything that happens here; a registry that does not answer yet is no failure. */
    public static ConditionFactory waiting() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).ignoreExceptions();
    }

    @Override
    public void close() {
        client.close();
        stop();
    }

    private static ConfigurableApplicationContext run(List<String> arguments, int port) {
        List<String> all = new ArrayList<>(arguments);
        all.add("--server.port=" + port);
        return RegistryApplication.builder().run(all.toArray(String[]::new));
    }
}
