package io.muster.client.spring.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.api.Identity;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.JsonCodec;
import io.muster.api.ServiceHistory;
import io.muster.client.spring.RegistryUnavailableException;
import io.muster.client.spring.TestApplication;
import io.muster.client.spring.TestRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.web.client.RestClient;

@ExtendWith(OutputCaptureExtension.class)
class RegistrationTest {
    private static final TestRegistry registry = TestRegistry.start();

    private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

    @AfterEach
    void stopApplications() {
        applications.forEach(ConfigurableApplicationContext::close);
        registry.startAgain();
        registry.awaitNone("orders");
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void registersItsRouteToTheRegistryAndItsRealPort(WebApplicationType type) {
        ConfigurableApplicationContext application = run(type, "spring.application.name=My_Orders");

        Instance instance = registry.awaitOne("my-orders", InstanceStatus.UP);

        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        assertThat(instance.host()).isEqualTo("127.0.0.1");
        assertThat(instance.port()).hasToString(port);
        assertThat(instance.id()).matches("127\\.0\\.0\\.1:my-orders:" + port + ":[0-9a-f]{8}");
        assertThat(instance.secure()).isFalse();
        assertThat(instance.weight()).isEqualTo(100);
        assertThat(instance.metadata()).isEmpty();
    }

    @Test
    void registersWhatItsPropertiesSay() {
        run(
                WebApplicationType.SERVLET,
                "muster.instance.service=shop",
                "muster.instance.id=shop-1",
                "muster.instance.host=10.1.2.3",
                "muster.instance.port=8443",
                "muster.instance.secure=true",
                "muster.instance.weight=7",
                "muster.instance.zone=a",
                "muster.instance.metadata.team=blue");

        Instance instance = registry.awaitOne("shop", InstanceStatus.UP);

        assertThat(instance.id()).isEqualTo("shop-1");
        assertThat(instance.host()).isEqualTo("10.1.2.3");
        assertThat(instance.port()).isEqualTo(8443);
        assertThat(instance.secure()).isTrue();
        assertThat(instance.weight()).isEqualTo(7);
        assertThat(instance.zone()).isEqualTo("a");
        assertThat(instance.metadata()).containsOnly(Map.entry("team", "blue"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void isStartingUntilTheApplicationIsReady(WebApplicationType type) {
        ConfigurableApplicationContext application = run(type, StartWatch.class);

        assertThat(application.getBean(StartWatch.class).seen).isEqualTo(InstanceStatus.STARTING);
        registry.awaitOne("orders", InstanceStatus.UP);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void hasAnsweredARequestBeforeItIsReady(WebApplicationType type, CapturedOutput output) {
        run(type, "logging.level." + WarmUp.class.getName() + "=debug", "muster.instance.warm-up=30s");

        assertThat(output.getOut()).containsSubsequence("The web server's first answer took", "Started ");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void followsReadinessWhileItRuns(WebApplicationType type) {
        ConfigurableApplicationContext application = run(type);
        registry.awaitOne("orders", InstanceStatus.UP);

        AvailabilityChangeEvent.publish(application, ReadinessState.REFUSING_TRAFFIC);
        registry.awaitOne("orders", InstanceStatus.STARTING);
        AvailabilityChangeEvent.publish(application, ReadinessState.ACCEPTING_TRAFFIC);
        registry.awaitOne("orders", InstanceStatus.UP);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void drainsBeforeTheWebServerStopsAndDeregistersAfterIt(WebApplicationType type) {
        ConfigurableApplicationContext application = run(type, StopWatch.class);
        Instance instance = registry.awaitOne("orders", InstanceStatus.UP);
        StopWatch watch = application.getBean(StopWatch.class);

        application.close();

        assertThat(watch.beforeWebServer).isEqualTo(InstanceStatus.DRAINING);
        assertThat(watch.afterWebServer).isEqualTo(InstanceStatus.DRAINING);
        registry.awaitNone("orders");
        assertThat(history("orders", instance))
                .as("one change to apply, although Boot refuses traffic before it stops")
                .contains("UP DRAINING")
                .doesNotContain("UP STARTING");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void answersWhoItIs(WebApplicationType type) {
        run(type);
        Instance instance = registry.awaitOne("orders", InstanceStatus.UP);

        String identity = RestClient.create("http://127.0.0.1:" + instance.port())
                .get()
                .uri(Identity.PATH)
                .retrieve()
                .body(String.class);

        assertThat(identity)
                .isEqualTo("{\"id\":\"" + instance.id() + "\",\"generation\":\"" + instance.generation() + "\"}");
    }

    @Test
    void stopsWithoutTheRegistry() {
        ConfigurableApplicationContext application = run(WebApplicationType.SERVLET);
        registry.awaitOne("orders", InstanceStatus.UP);
        registry.stop();

        long before = System.nanoTime();
        application.close();

        assertThat(System.nanoTime() - before).isLessThan(30_000_000_000L);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void registersAgainAfterTheRegistryRestarted(WebApplicationType type) {
        run(type);
        Instance before = registry.awaitOne("orders", InstanceStatus.UP);

        registry.stop();
        registry.startAgain();

        Instance after = registry.awaitOne("orders", InstanceStatus.UP);
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.generation().epoch()).isNotEqualTo(before.generation().epoch());
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void startsWhileTheRegistryIsAwayAndRegistersLater(WebApplicationType type) {
        registry.stop();
        run(type);

        registry.startAgain();

        registry.awaitOne("orders", InstanceStatus.UP);
    }

    @Test
    void isRegisteredAnewWhenItsContextIsStoppedAndStarted() {
        ConfigurableApplicationContext application = run(WebApplicationType.SERVLET);
        Instance before = registry.awaitOne("orders", InstanceStatus.UP);

        application.stop();
        registry.awaitNone("orders");
        application.start();

        Instance after = registry.awaitOne("orders", InstanceStatus.UP);
        assertThat(after.id()).isNotEqualTo(before.id());
    }

    @Test
    void failsTheStartWithoutTheRegistryWhenToldSo() {
        registry.stop();

        assertThatThrownBy(() -> run(WebApplicationType.SERVLET, "muster.registry.fail-fast=true"))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining(registry.url());
    }

    @Test
    void failsTheStartWhenTheRegistryIsSilentAndItIsToldSo() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            assertThatThrownBy(() -> run(
                            WebApplicationType.SERVLET,
                            "muster.registry.fail-fast=true",
                            "muster.registry.request-timeout=300ms",
                            "muster.registry.urls=http://127.0.0.1:" + silent.getLocalPort()))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + silent.getLocalPort());
        }
    }

    @Test
    void startsFastWhenTheRegistryAnswers() {
        run(WebApplicationType.SERVLET, "muster.registry.fail-fast=true", "muster.registry.request-timeout=30s");

        registry.awaitOne("orders", InstanceStatus.UP);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void registersOnceWithItsManagementPortAsMetadata(WebApplicationType type) {
        ConfigurableApplicationContext application = run(type, "management.server.port=0");

        Instance instance = registry.awaitOne("orders", InstanceStatus.UP);

        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        String managementPort = application.getEnvironment().getRequiredProperty("local.management.port");
        assertThat(instance.port()).hasToString(port);
        assertThat(managementPort).isNotEqualTo(port);
        assertThat(instance.metadata()).containsEntry("management.port", managementPort);
    }

    @Test
    void registersAnApplicationWithoutWebServerOnlyWithAPort() {
        run(WebApplicationType.NONE, "spring.application.name=batch");
        run(WebApplicationType.NONE, "spring.application.name=grpc", "muster.instance.port=9090");

        assertThat(registry.awaitOne("grpc", InstanceStatus.UP).port()).isEqualTo(9090);
        assertThat(registry.instances("batch")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "muster.instance.enabled=false",
                "muster.registry.enabled=false",
                "spring.cloud.service-registry.auto-registration.enabled=false",
                "spring.cloud.discovery.enabled=false"
            })
    void doesNotRegisterWhenSwitchedOff(String property) {
        ConfigurableApplicationContext application = run(WebApplicationType.SERVLET, property);

        assertThat(application.getBeanProvider(LocalInstance.class).getIfAvailable())
                .isNull();
        assertThat(registry.instances("orders")).isEmpty();
    }

    @Test
    void tellsSpringWhenItIsRegistered() {
        ConfigurableApplicationContext application = run(WebApplicationType.SERVLET, RegisteredWatch.class);

        RegisteredWatch watch = application.getBean(RegisteredWatch.class);
        TestRegistry.waiting().until(() -> watch.events.get() == 1);
    }

    /** Status before and after of each change that the registry remembers of an instance. */
    private static List<String> history(String service, Instance instance) {
        byte[] answer = RestClient.create(registry.url())
                .get()
                .uri("/v1/services/" + service + "/history")
                .retrieve()
                .body(byte[].class);
        return JsonCodec.server().decode(answer, ServiceHistory.class).value().entries().stream()
                .filter(entry -> entry.id().equals(instance.id()))
                .map(entry -> entry.from() + " " + entry.to())
                .toList();
    }

    private ConfigurableApplicationContext run(WebApplicationType type, String... properties) {
        return run(type, TestApplication.class, properties);
    }

    private ConfigurableApplicationContext run(WebApplicationType type, Class<?> more, String... properties) {
        ConfigurableApplicationContext application = TestApplication.run(registry, type, more, properties);
        applications.add(application);
        return application;
    }

    /** Looks at the registry while the application starts. */
    @TestConfiguration(proxyBeanMethods = false)
    static class StartWatch {
        private volatile InstanceStatus seen = InstanceStatus.UNKNOWN;

        @Bean
        ApplicationRunner lookWhileStarting(TestRegistry registry) {
            return arguments ->
                    seen = registry.awaitOne("orders", InstanceStatus.STARTING).status();
        }
    }

    /** Looks at the registry between the phases of the stop. */
    @TestConfiguration(proxyBeanMethods = false)
    static class StopWatch {
        private volatile InstanceStatus beforeWebServer = InstanceStatus.UNKNOWN;
        private volatile InstanceStatus afterWebServer = InstanceStatus.UNKNOWN;

        @Bean
        SmartLifecycle beforeGracefulShutdown(TestRegistry registry) {
            return new AtStop(
                    Integer.MAX_VALUE - 1023,
                    () -> beforeWebServer =
                            registry.awaitOne("orders", InstanceStatus.DRAINING).status());
        }

        @Bean
        SmartLifecycle afterWebServer(TestRegistry registry) {
            return new AtStop(
                    Integer.MAX_VALUE - 2049,
                    () -> afterWebServer =
                            registry.awaitOne("orders", InstanceStatus.DRAINING).status());
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class RegisteredWatch {
        private final AtomicInteger events = new AtomicInteger();

        @EventListener
        void registered(InstanceRegisteredEvent<?> event) {
            events.incrementAndGet();
        }
    }

    /** Does something in its phase of the stop. */
    private static final class AtStop implements SmartLifecycle {
        private final int phase;
        private final Runnable action;
        private volatile boolean running;

        AtStop(int phase, Runnable action) {
            this.phase = phase;
            this.action = action;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            action.run();
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return phase;
        }
    }
}
