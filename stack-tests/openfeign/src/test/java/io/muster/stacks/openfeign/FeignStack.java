package io.muster.stacks.openfeign;

import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.InstanceRegistration;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestProcess;
import io.muster.client.spring.TestRegistry;
import io.muster.client.spring.TestTraffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A registry, a caller with Feign clients and instances of {@code stock} in this process; and {@code fleet}, of one in
 * this process and one in a process that can be killed.
 */
final class FeignStack implements AutoCloseable {
    static final String DOOMED = "doomed";

    private final TestRegistry registry;
    private final TestProcess doomed;
    private final List<ConfigurableApplicationContext> instances = new ArrayList<>();
    private final ConfigurableApplicationContext caller;

    private FeignStack() {
        registry = TestRegistry.start();
        doomed = TestProcess.start(
                Stock.class,
                DOOMED,
                "--spring.application.name=fleet",
                "--spring.main.web-application-type=servlet",
                "--server.port=0",
                "--muster.instance.id=" + DOOMED,
                "--muster.registry.urls=" + registry.url(),
                "--muster.registry.view-file=");
        startInstance("stock", "one");
        startInstance("stock", "two");
        startInstance("fleet", "safe");
        caller = TestApplication.run(
                registry,
                WebApplicationType.SERVLET,
                Caller.class,
                "spring.application.name=caller",
                "fixed.url=http://127.0.0.1:" + instancePort(),
                "spring.cloud.openfeign.client.config.hasty.connect-timeout=2000",
                "spring.cloud.openfeign.client.config.hasty.read-timeout=200",
                "muster.load-balancer.services.stock.strategy=round-robin",
                "muster.load-balancer.services.stock.decline-when-busy=true",
                "muster.load-balancer.services.fleet.strategy=round-robin");
    }

    static FeignStack start() {
        FeignStack stack = new FeignStack();
        TestRegistry.waiting().until(() -> stack.registry.instances("stock").size() == 2);
        return stack;
    }

    /** An instance in this process. */
    ConfigurableApplicationContext startInstance(String service, String id) {
        ConfigurableApplicationContext instance = TestApplication.run(
                registry,
                WebApplicationType.SERVLET,
                Stock.class,
                "spring.application.name=" + service,
                "muster.instance.id=" + id);
        instances.add(instance);
        return instance;
    }

    ConfigurableApplicationContext caller() {
        return caller;
    }

    TestRegistry registry() {
        return registry;
    }

    /** The port of an instance in this process. */
    int instancePort() {
        return instances.get(0).getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** Adds an instance that refuses connections, for which the caller speaks. */
    InstanceRegistration registerDead(String service) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        InstanceRegistration registration = caller.getBean(RegistryClient.class)
                .register(
                        service,
                        "dead",
                        Registration.of("dead", "127.0.0.1", port).withStatus(InstanceStatus.UP));
        registration.start().join();
        return registration;
    }

    void killDoomed() throws InterruptedException {
        doomed.kill();
    }

    <T> T client(Class<T> type) {
        return caller.getBean(type);
    }

    TestTraffic traffic(String service) {
        return TestTraffic.of(caller, service);
    }

    @Override
    public void close() {
        caller.close();
        instances.forEach(ConfigurableApplicationContext::close);
        doomed.close();
        registry.close();
    }
}
