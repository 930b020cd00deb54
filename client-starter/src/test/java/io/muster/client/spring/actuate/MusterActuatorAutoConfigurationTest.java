package io.muster.client.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.client.spring.registration.MusterRegistrationAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;

class MusterActuatorAutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MusterClientAutoConfiguration.class,
                    MusterRegistrationAutoConfiguration.class,
                    MusterActuatorAutoConfiguration.class,
                    UtilAutoConfiguration.class))
            .withPropertyValues(
                    "muster.registry.urls=http://127.0.0.1:1", "management.endpoints.web.exposure.include=muster");

    @Test
    void needsARegistry() {
        runner.withPropertyValues("muster.registry.urls=")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(MusterEndpoint.class)
                        .doesNotHaveBean(MusterHealthIndicator.class)
                        .doesNotHaveBean(MusterMeters.class));
    }

    @Test
    void showsEverythingThatItCan() {
        runner.run(context -> assertThat(context)
                .hasSingleBean(MusterEndpoint.class)
                .hasSingleBean(MusterHealthIndicator.class)
                .hasSingleBean(MusterMeters.class));
    }

    @Test
    void hasNoEndpointUnlessExposed() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=health")
                .run(context -> assertThat(context).doesNotHaveBean(MusterEndpoint.class));
    }

    @Test
    void hasNoHealthIndicatorWhenSwitchedOff() {
        runner.withPropertyValues("management.health.muster.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(MusterHealthIndicator.class));
    }

    @Test
    void backsOffForTheUsersHealthIndicator() {
        HealthIndicator own = () -> Health.up().build();
        runner.withBean("musterHealthIndicator", HealthIndicator.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(HealthIndicator.class)).isSameAs(own));
    }

    @Test
    void worksWithoutActuator() {
        runner.withClassLoader(new FilteredClassLoader(
                        Endpoint.class.getPackageName(),
                        HealthIndicator.class.getPackageName(),
                        "org.springframework.boot.actuate"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("musterEndpoint")
                        .doesNotHaveBean("musterHealthIndicator"));
    }

    @Test
    void worksWithoutMicrometer() {
        runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class.getPackageName()))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("musterMeters"));
    }

    @Test
    void worksInAnApplicationThatDoesNotRegister() {
        runner.withPropertyValues("muster.instance.enabled=false").run(context -> {
            assertThat(context.getBean(MusterEndpoint.class).report().instance())
                    .isNull();
            Health health = context.getBean(MusterHealthIndicator.class).health();
            assertThat(health.getDetails()).doesNotContainKey("registration");
        });
    }

    @Test
    void isUnknownAndNotDownWhileTheRegistryIsAway() {
        runner.run(context -> {
            Health health = context.getBean(MusterHealthIndicator.class).health();
            assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(health.getDetails())
                    .containsEntry("registry", "http://127.0.0.1:1")
                    .containsEntry("connected", false);
        });
    }
}
