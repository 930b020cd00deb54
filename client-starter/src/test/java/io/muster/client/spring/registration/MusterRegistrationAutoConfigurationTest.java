package io.muster.client.spring.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.InvalidFieldException;
import io.muster.client.spring.MusterClientAutoConfiguration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class MusterRegistrationAutoConfigurationTest {
    private static final UUID PROCESS = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MusterClientAutoConfiguration.class,
                    MusterRegistrationAutoConfiguration.class,
                    AutoServiceRegistrationAutoConfiguration.class,
                    UtilAutoConfiguration.class))
            .withPropertyValues("muster.registry.urls=http://127.0.0.1:1", "spring.application.name=orders");

    @Test
    void needsARegistry() {
        runner.withPropertyValues("muster.registry.urls=")
                .run(context -> assertThat(context).doesNotHaveBean(LocalInstance.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"muster.instance.enabled=false", "spring.cloud.service-registry.auto-registration.enabled=false"
            })
    void isOffWhenSwitchedOff(String property) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LocalInstance.class));
    }

    @Test
    void backsOffForTheUsersRegistration() {
        runner.withBean(AutoServiceRegistration.class, () -> new AutoServiceRegistration() {})
                .run(context -> assertThat(context)
                        .doesNotHaveBean(LocalInstance.class)
                        .doesNotHaveBean(RegisterLifecycle.class));
    }

    @Test
    void countsAsAutoRegistrationOfSpringCloud() {
        runner.withPropertyValues("spring.cloud.service-registry.auto-registration.fail-fast=true")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(AutoServiceRegistration.class));
    }

    @Test
    void describesTheInstanceByDefault() {
        runner.run(context -> {
            InstanceDescription.Named named = description(context.getBean(InstanceProperties.class), Map.of())
                    .describe("10.0.0.1", 8080);
            assertThat(named.service()).isEqualTo("orders");
            assertThat(named.id()).isEqualTo("10.0.0.1:orders:8080:01234567");
            assertThat(named.registration().process()).isEqualTo(PROCESS.toString());
            assertThat(named.registration().secure()).isFalse();
            assertThat(named.registration().weight()).isEqualTo(100);
            assertThat(named.registration().zone()).isEmpty();
            assertThat(named.registration().metadata()).isEmpty();
        });
    }

    @Test
    void shortensALongHostInTheId() {
        runner.run(context -> {
            String host = "h".repeat(250);
            String service = "s".repeat(63);
            InstanceDescription.Named named = description(
                            context.getBean(InstanceProperties.class), Map.of("spring.application.name", service))
                    .describe(host, 65_535);
            assertThat(named.id()).hasSizeLessThanOrEqualTo(128);
            assertThat(named.registration().host()).isEqualTo(host);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "server.ssl.bundle, web, true",
        "server.ssl.key-store, a.jks, true",
        "server.ssl.enabled, false, false",
        "server.port, 8080, false"
    })
    void isSecureWhenTheWebServerIs(String property, String value, boolean secure) {
        runner.run(context -> assertThat(description(context.getBean(InstanceProperties.class), Map.of(property, value))
                        .describe("h", 1)
                        .registration()
                        .secure())
                .isEqualTo(secure));
    }

    @ParameterizedTest
    @CsvSource({
        "service, Orders",
        "id, a/b",
        "host, 'a b'",
        "port, 0",
        "port, 65536",
        "weight, -1",
        "weight, 10001",
        "zone, a/b"
    })
    void refusesBadValuesAndNamesThem(String property, String value) {
        runner.withPropertyValues("muster.instance." + property + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidFieldException.class)
                        .hasMessageStartingWith("muster.instance." + property + " must be ")
                        .hasMessageContaining(value));
    }

    @Test
    void refusesTooMuchMetadata() {
        runner.withPropertyValues("muster.instance.metadata.big=" + "x".repeat(8192))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("muster.instance.metadata must be at most 8192 bytes but was"));
    }

    @ParameterizedTest
    @CsvSource({
        "orders, orders",
        "Order_Service, order-service",
        "shop.orders v2, shop-orders-v2",
        "' orders ', orders",
    })
    void makesAServiceNameOfTheApplicationsName(String applicationName, String service) {
        assertThat(ServiceName.of(null, applicationName)).isEqualTo(service);
    }

    @Test
    void failsTheStartWithoutAName() {
        runner.withPropertyValues("spring.application.name=", "muster.instance.port=80")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("spring.application.name must be set, or 'muster.instance.service'"));
    }

    @Test
    void failsTheStartForANameThatCannotBeMapped() {
        runner.withPropertyValues("spring.application.name=Größe", "muster.instance.port=80")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("spring.application.name must be a DNS label"));
    }

    private static InstanceDescription description(InstanceProperties properties, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(Map.of("spring.application.name", "orders"));
        all.putAll(more);
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", all));
        return new InstanceDescription(properties, environment, () -> PROCESS);
    }
}
