package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientConfigTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @ParameterizedTest
    @ValueSource(strings = {"http://a", "https://a:1/base", "HTTP://a/", "http://[::1]:7070"})
    void takesBaseUrls(String url) {
        assertThat(ClientConfig.of(URI.create(url)).registryUrls()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ftp://a", "http:///x", "http://u@a", "http://a?b", "http://a#b", "mailto:a@b"})
    void refusesOtherUrls(String url) {
        assertThatThrownBy(() -> ClientConfig.of(URI.create(url)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("registryUrls must be http(s)://");
    }

    @Test
    void refusesNoUrlAndTheSameTwice() {
        assertThatThrownBy(ClientConfig::of).hasMessageContaining("at least one URL");
        assertThatThrownBy(() -> ClientConfig.of(URI.create("http://a"), URI.create("http://a")))
                .hasMessageContaining("without repetition");
    }

    @Test
    void refusesDurationsThatMakeNoSense() {
        assertThatThrownBy(() -> config(Duration.ZERO, SECOND)).hasMessageStartingWith("backoffInitial must be");
        assertThatThrownBy(() -> config(SECOND, Duration.ofMillis(999)))
                .hasMessageStartingWith("backoffMax must be at least backoffInitial");
        assertThatThrownBy(() -> config(SECOND, Duration.ofDays(1))).hasMessageStartingWith("backoffMax must be");
    }

    private static ClientConfig config(Duration backoffInitial, Duration backoffMax) {
        return new ClientConfig(
                List.of(URI.create("http://a")), "default", SECOND, SECOND, backoffInitial, backoffMax, SECOND);
    }
}
