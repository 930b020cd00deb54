package io.muster.client.spring;

import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.InstanceRegistration;
import io.muster.client.RegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A registry; two instances of {@code stock} in this process; and {@code fleet}, of one in this process and one in a process
 * that can be killed.
 */
public final class TestFleet implements AutoCloseable {
    /** The id of the instance that can be killed. */
    public static final String DOOMED = "doomed";

    private final WebApplicationType type;
    private final Class<?> service;
    private final List<String> common;
    private final TestRegistry registry;
    private final TestProcess doomed;
    private final List<ConfigurableApplicationContext> instances = new ArrayList<>();

    private TestFleet(WebApplicationType type, Class<?> service, List<String> common) {
        this.type = type;
        this.service = service;
        this.common = common;
        registry = TestRegistry.start(asArguments(common));
        List<String> properties = new ArrayList<>(List.of(
                "spring.application.name=fleet",
                "spring.main.web-application-type=" + type.name().toLowerCase(Locale.ROOT),
                "server.port=0",
                "muster.instance.id=" + DOOMED,
                "muster.registry.urls=" + registry.url(),
                "muster.registry.view-file="));
        properties.addAll(common);
        doomed = TestProcess.start(service, DOOMED, asArguments(properties));
        startInstance("stock", "one");
        startInstance("stock", "two");
        startInstance("fleet", "safe");
    }

    /**
     * Starts it and does not wait for the process.
     *
     * @param service the configuration of all instances, and main class of the process
     * @param common properties of the registry and all instances, each as {@code name=value}
     */
    public static TestFleet start(WebApplicationType type, Class<?> service, String... common) {
        return new TestFleet(type, service, List.of(common));
    }

    /** Adds an instance in this process. */
    public ConfigurableApplicationContext startInstance(String name, String id) {
        List<String> properties = new ArrayList<>(common);
        properties.add("spring.application.name=" + name);
        properties.add("muster.instance.id=" + id);
        ConfigurableApplicationContext instance =
                TestApplication.run(registry, type, service, properties.toArray(String[]::new));
        instances.add(instance);
        return instance;
    }

    /** Adds an instance that refuses connections, for which the caller speaks. */
    public InstanceRegistration registerDead(ConfigurableApplicationContext caller, String name) {
        InstanceRegistration registration = caller.getBean(RegistryClient.class)
                .register(
                        name,
                        "dead",
                        Registration.of("dead", "127.0.0.1", unusedPort()).withStatus(InstanceStatus.UP));
        registration.start().join();
        return registration;
    }

    /** The registry. */
    public TestRegistry registry() {
        return registry;
    }

    /** The port of an instance in this process, in the order of their starts. */
    public int port(int instance) {
        return instances.get(instance).getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** SIGKILL for the one in a process of its own. */
    public void killDoomed() throws InterruptedException {
        doomed.kill();
    }

    @Override
    public void close() {
        instances.forEach(ConfigurableApplicationContext::close);
        doomed.close();
        registry.close();
    }

    private static int unusedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] asArguments(List<String> properties) {
        return properties.stream().map(property -> "--" + property).toArray(String[]::new);
    }
}
