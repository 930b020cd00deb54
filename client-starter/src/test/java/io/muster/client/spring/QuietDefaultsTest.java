package io.muster.client.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class QuietDefaultsTest {
    private static final String CACHE = "spring.cloud.loadbalancer.cache.enabled";

    @Test
    void springsCacheOfInstancesIsOffWhereInstancesArePushed() {
        assertThat(cacheEnabled("--muster.registry.urls=http://127.0.0.1:1")).isEqualTo("false");
        assertThat(cacheEnabled("--muster.discovery.mode=gossip")).isEqualTo("false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void theApplicationsWordCounts(String word) {
        assertThat(cacheEnabled("--muster.registry.urls=http://127.0.0.1:1", "--" + CACHE + "=" + word))
                .isEqualTo(word);
    }

    @Test
    void withoutARegistryNothingIsSaid() {
        assertThat(cacheEnabled()).isEqualTo("unset");
    }

    private static String cacheEnabled(String... arguments) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Empty.class)
                .web(WebApplicationType.NONE)
                .run(arguments)) {
            return context.getEnvironment().getProperty(CACHE, "unset");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Empty {}
}
