package io.muster.client.spring.discovery;

import static io.muster.client.spring.TestRegistry.waiting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.muster.api.InstanceStatus;
import io.muster.api.Registration;
import io.muster.client.ClientConfig;
import io.muster.client.InstanceRegistration;
import io.muster.client.RegistryClient;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestRegistry;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

class DiscoveryTest {
    private static final TestRegistry registry = TestRegistry.start();
    private static ConfigurableApplicationContext application;
    private static DiscoveryClient blocking;
    private static ReactiveDiscoveryClient reactive;

    /** Another process that registers. */
    private RegistryClient other;

    @BeforeAll
    static void startApplication() {
        application = TestApplication.run(
                registry,
                WebApplicationType.SERVLET,
                Heartbeats.class,
                "muster.discovery.order=-7",
                "muster.discovery.services=eager",
                "muster.discovery.first-view-timeout=40s",
                "muster.discovery.heartbeat-interval=100ms",
                "muster.discovery.catalogue-interval=1s",
                "muster.registry.request-timeout=20s");
        blocking = application.getBean(DiscoveryClient.class);
        reactive = application.getBean(ReactiveDiscoveryClient.class);
    }

    @BeforeEach
    void startOther() {
        other = RegistryClient.create(ClientConfig.of(URI.create(registry.url())));
        other.start();
    }

    @AfterEach
    void stopOther() {
        other.close();
        registry.startAgain();
    }

    @AfterAll
    static void stopAll() {
        application.close();
        registry.close();
    }

    @Test
    void answersInstancesThatTakeRequests() {
        register("stock", "b", InstanceStatus.UP);
        register("stock", "a", InstanceStatus.UP);
        register("stock", "c", InstanceStatus.STARTING);

        List<ServiceInstance> instances = blocking.getInstances("stock");

        assertThat(instances).extracting(ServiceInstance::getInstanceId).containsExactly("a", "b");
        assertThat(instances.get(0).getUri()).hasToString("http://127.0.0.1:10097");
        assertThat(reactive.getInstances("stock").collectList().block()).isEqualTo(instances);
    }

    @Test
    void waitsForTheFirstViewReactively() {
        register("reactive-stock", "a", InstanceStatus.UP);

        assertThat(reactive.getInstances("reactive-stock").collectList().block())
                .hasSize(1);
    }

    @Test
    void seesChangesWithoutWaiting() {
        assertThat(blocking.getInstances("prices")).isEmpty();

        InstanceRegistration registration = register("prices", "a", InstanceStatus.UP);
        waiting().until(() -> blocking.getInstances("prices").size() == 1);
        registration.status(InstanceStatus.DRAINING);
        waiting().until(() -> blocking.getInstances("prices").isEmpty());
    }

    @Test
    void comparesNamesWithoutRegardToCase() {
        register("cased", "a", InstanceStatus.UP);

        assertThat(blocking.getInstances("CASED")).hasSize(1);
    }

    @Test
    void knowsNobodyOfAnImpossibleName() {
        assertThat(blocking.getInstances("no_service!")).isEmpty();
        assertThat(reactive.getInstances("no_service!").collectList().block()).isEmpty();
    }

    @Test
    void namesTheServices() {
        register("named", "a", InstanceStatus.UP);

        // After a restart of the registry the application itself comes back in its time.
        waiting().untilAsserted(() -> assertThat(blocking.getServices()).contains("named", "orders"));
        waiting()
                .untilAsserted(() ->
                        assertThat(reactive.getServices().collectList().block()).contains("named", "orders"));
    }

    @Test
    void keepsWhatItKnowsWhileTheRegistryIsAway() {
        register("kept", "a", InstanceStatus.UP);
        assertThat(blocking.getInstances("kept")).hasSize(1);

        registry.stop();

        assertThat(blocking.getInstances("kept")).hasSize(1);
        assertThat(blocking.getServices()).contains("kept");
        assertThat(reactive.getServices().collectList().block()).contains("kept");
        assertThatCode(blocking::probe).doesNotThrowAnyException();
        assertThat(reactive.reactiveProbe().blockOptional()).isEmpty();
    }

    @Test
    void watchesItsEagerServicesFromTheStart() {
        assertThat(application.getBean(RegistryClient.class).views())
                .anySatisfy(view -> assertThat(view.service()).isEqualTo("eager"));
    }

    @Test
    void publishesAHeartbeatWhenAServiceChanges() {
        blocking.getInstances("beating");
        Heartbeats heartbeats = application.getBean(Heartbeats.class);
        waiting()
                .until(() -> application
                        .getBean(RegistryClient.class)
                        .view("beating")
                        .known());
        int before = heartbeats.values.size();

        register("beating", "a", InstanceStatus.UP);

        waiting().until(() -> heartbeats.values.size() > before);
        assertThat(heartbeats.values).doesNotHaveDuplicates();
    }

    @Test
    void publishesAHeartbeatWhenThereIsANewService() {
        blocking.getServices();
        Heartbeats heartbeats = application.getBean(Heartbeats.class);

        register("brand-new", "a", InstanceStatus.UP);

        waiting()
                .until(() -> heartbeats.values.stream()
                        .anyMatch(value -> value.toString().contains("brand-new")));
    }

    @Test
    void hasTheConfiguredPlace() {
        assertThat(application.getBean(MusterDiscoveryClient.class).getOrder()).isEqualTo(-7);
        assertThat(application.getBean(MusterReactiveDiscoveryClient.class).getOrder())
                .isEqualTo(-7);
        assertThat(application.getBean(MusterDiscoveryClient.class).description())
                .isEqualTo("Muster");
    }

    private InstanceRegistration register(String service, String id, InstanceStatus status) {
        // Two instances on one port would be one that was restarted.
        int port = 10_000 + id.charAt(0);
        Registration registration =
                Registration.of("test-" + id, "127.0.0.1", port).withStatus(status);
        InstanceRegistration started = other.register(service, id, registration);
        started.start().join();
        // The registry gathers changes for a few milliseconds before it shows them.
        waiting()
                .until(() -> registry.instances(service).stream()
                        .anyMatch(instance -> instance.id().equals(id)));
        return started;
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Heartbeats {
        private final List<Object> values = new CopyOnWriteArrayList<>();

        @EventListener
        void heartbeat(HeartbeatEvent event) {
            values.add(event.getValue());
        }
    }
}
