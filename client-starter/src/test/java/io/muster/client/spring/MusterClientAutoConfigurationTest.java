package io.muster.client.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.InvalidFieldException;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MusterClientAutoConfigurationTest {
    private static final String URL = "http://127.0.0.1:1";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MusterClientAutoConfiguration.class));

    @Test
    void isOffWithoutUrls() {
        runner.run(context -> assertThat(context).doesNotHaveBean(RegistryClient.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"muster.registry.urls=", "muster.registry.enabled=false", "spring.cloud.discovery.enabled=false"
            })
    void isOffWhenSwitchedOff(String property) {
        runner.withPropertyValues("muster.registry.urls=" + URL, property)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RegistryClient.class));
    }

    @Test
    void hasDefaults() {
        runner.withPropertyValues("muster.registry.urls=" + URL)
                .run(context -> assertThat(context.getBean(RegistryClient.class).config())
                        .isEqualTo(ClientConfig.of(URI.create(URL))));
    }

    @Test
    void takesEachProperty() {
        runner.withPropertyValues(
                        "muster.registry.urls[0]=http://a:7070",
                        "muster.registry.urls[1]=https://b/registry",
                        "muster.registry.namespace=blue",
                        "muster.registry.connect-timeout=1s",
                        "muster.registry.request-timeout=3s",
                        "muster.registry.stream-silence=4s",
                        "muster.registry.backoff.initial=50ms",
                        "muster.registry.backoff.max=2s")
                .run(context -> assertThat(context.getBean(RegistryClient.class).config())
                        .isEqualTo(new ClientConfig(
                                List.of(URI.create("http://a:7070"), URI.create("https://b/registry")),
                                "blue",
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(3),
                                Duration.ofMillis(50),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(4))));
    }

    @Test
    void backsOffForTheUsersClient() {
        RegistryClient own = RegistryClient.create(ClientConfig.of(URI.create(URL)));
        runner.withPropertyValues("muster.registry.urls=http://other:7070")
                .withBean(RegistryClient.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(RegistryClient.class)).isSameAs(own));
    }

    @Test
    void failsFastOnlyWhenToldSo() {
        runner.withPropertyValues("muster.registry.urls=" + URL)
                .run(context -> assertThat(context).hasNotFailed());
        runner.withPropertyValues("muster.registry.urls=" + URL, "muster.registry.fail-fast=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(RegistryUnavailableException.class)
                        .hasMessageContaining(URL));
    }

    @ParameterizedTest
    @CsvSource({
        "urls, ftp://a",
        "urls, localhost:7070",
        "urls, 'http://a,http://a'",
        "urls, http://user@a",
        "namespace, Blue",
        "connect-timeout, 0s",
        "request-timeout, 2h",
        "stream-silence, -1s",
        "backoff.initial, 0ms",
        "backoff.max, 1ms"
    })
    void refusesBadValuesAndNamesThem(String property, String value) {
        runner.withPropertyValues("muster.registry.urls=" + URL, "muster.registry." + property + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidFieldException.class)
                        .hasMessageStartingWith("muster.registry." + property + " must be "));
    }

    @Test
    void explainsABadValue() {
        runner.withPropertyValues("muster.registry.urls=" + URL, "muster.registry.namespace=Blue")
                .run(context -> {
                    FailureAnalysis analysis =
                            Objects.requireNonNull(new StartFailureAnalyzer().analyze(context.getStartupFailure()));
                    assertThat(analysis.getDescription())
                            .startsWith("The property muster.registry.namespace must be")
                            .contains("Blue");
                    assertThat(analysis.getAction()).contains("'muster.registry.namespace'");
                });
    }
}
