package io.muster.client.spring.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.muster.api.InvalidFieldException;
import io.muster.client.spring.MusterClientAutoConfiguration;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClient;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryProperties;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.web.reactive.function.client.WebClient;

class MusterDiscoveryAutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MusterClientAutoConfiguration.class,
                    MusterDiscoveryAutoConfiguration.class,
                    CompositeDiscoveryClientAutoConfiguration.class,
                    SimpleDiscoveryClientAutoConfiguration.class,
                    UtilAutoConfiguration.class))
            .withPropertyValues("muster.registry.urls=http://127.0.0.1:1");

    @Test
    void needsARegistry() {
        runner.withPropertyValues("muster.registry.urls=")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(MusterDiscoveryClient.class)
                        .doesNotHaveBean(MusterReactiveDiscoveryClient.class));
    }

    @Test
    void joinsSpringsCompositeBeforeTheSimpleClient() {
        runner.run(context -> assertThat(
                        context.getBean(CompositeDiscoveryClient.class).getDiscoveryClients())
                .hasExactlyElementsOfTypes(MusterDiscoveryClient.class, SimpleDiscoveryClient.class));
    }

    @Test
    void hasDefaults() {
        runner.run(context -> {
            DiscoveryProperties properties = context.getBean(DiscoveryProperties.class);
            assertThat(properties.services()).isEmpty();
            assertThat(properties.order()).isZero();
            assertThat(properties.firstViewTimeout()).isEqualTo(Duration.ofSeconds(2));
            assertThat(properties.heartbeatInterval()).isEqualTo(Duration.ofSeconds(1));
            assertThat(properties.catalogueInterval()).isEqualTo(Duration.ofSeconds(15));
        });
    }

    @Test
    void canBeBlockingOnly() {
        runner.withPropertyValues("spring.cloud.discovery.reactive.enabled=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(MusterDiscoveryClient.class)
                        .doesNotHaveBean(MusterReactiveDiscoveryClient.class));
    }

    @Test
    void canBeReactiveOnly() {
        runner.withPropertyValues("spring.cloud.discovery.blocking.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(MusterDiscoveryClient.class)
                        .hasSingleBean(MusterReactiveDiscoveryClient.class));
    }

    @Test
    void isBlockingOnlyWithoutWebFlux() {
        runner.withClassLoader(new FilteredClassLoader(WebClient.class))
                .run(context -> assertThat(context)
                        .hasSingleBean(MusterDiscoveryClient.class)
                        .doesNotHaveBean(MusterReactiveDiscoveryClient.class));
    }

    @Test
    void backsOffForTheUsersClient() {
        runner.withBean(
                        "musterDiscoveryClient",
                        DiscoveryClient.class,
                        () -> new SimpleDiscoveryClient(new SimpleDiscoveryProperties()))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(MusterDiscoveryClient.class));
    }

    @Test
    void waitsNoLongerThanToldForARegistryThatIsAway() {
        runner.withPropertyValues("muster.discovery.first-view-timeout=50ms").run(context -> {
            DiscoveryClient client = context.getBean(MusterDiscoveryClient.class);
            long fastest = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long before = System.nanoTime();
                assertThat(client.getInstances("inventory-" + i)).isEmpty();
                assertThat(client.getServices()).isEmpty();
                fastest = Math.min(fastest, System.nanoTime() - before);
            }
            // A machine that is busy makes some of them long, never all.
            assertThat(fastest).as("the shortest of five times").isLessThan(2_000_000_000L);
            assertThat(catchThrowable(client::probe))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("http://127.0.0.1:1");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "services, Stock",
        "first-view-timeout, -1s",
        "first-view-timeout, 2m",
        "heartbeat-interval, 10ms",
        "catalogue-interval, 100ms"
    })
    void refusesBadValuesAndNamesThem(String property, String value) {
        runner.withPropertyValues("muster.discovery." + property + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidFieldException.class)
                        .hasMessageStartingWith("muster.discovery." + property + " must be "));
    }
}
