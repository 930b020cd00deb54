package io.muster.client.spring.actuate;

import static io.muster.client.spring.TestRegistry.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.RegistryClient;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.registry.RunningRegistry;
import io.muster.registry.TestTokens;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class RefusedHealthTest {
    @Test
    void aRefusedTokenTakesNobodyOutAndTellsTheReasonAndIsShownNowhere() {
        try (RunningRegistry registry =
                RunningRegistry.start(new TestTokens().with("reader", "read").and())) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            MusterClientAutoConfiguration.class,
                            MusterActuatorAutoConfiguration.class,
                            EnvironmentEndpointAutoConfiguration.class))
                    .withPropertyValues(
                            "muster.registry.urls=" + registry.url(),
                            "muster.registry.token=mst_wrong",
                            "muster.registry.view-file=",
                            "management.endpoints.web.exposure.include=*",
                            "management.endpoint.env.show-values=always")
                    .run(context -> {
                        RegistryClient client = context.getBean(RegistryClient.class);
                        waiting().until(() -> client.refusal().isPresent());
                        MusterHealthIndicator health = new MusterHealthIndicator(client, () -> null);
                        assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
                        assertThat(health.health().getDetails().get("refused"))
                                .asString()
                                .contains("does not accept the token");

                        EnvironmentEndpoint environment = context.getBean(EnvironmentEndpoint.class);
                        assertThat(environment
                                        .environmentEntry("muster.registry.token")
                                        .getProperty()
                                        .getValue())
                                .isEqualTo("******");
                        assertThat(environment
                                        .environmentEntry("muster.registry.urls")
                                        .getProperty()
                                        .getValue())
                                .isEqualTo(registry.url().toString());
                        assertThat(client.config().toString()).doesNotContain("mst_wrong");
                    });
        }
    }
}
