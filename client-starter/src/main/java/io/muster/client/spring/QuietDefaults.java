package io.muster.client.spring;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Turns off Spring Cloud LoadBalancer's cache of instances, which nothing asks when instances are pushed, and with it the
 * advice to replace it that would be logged at every start. Any property source of the application overrides it.
 */
final class QuietDefaults implements EnvironmentPostProcessor, Ordered {
    private static final String SOURCE = "muster";

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (OnRegistryUrls.areSet(environment)) {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource(SOURCE, Map.of("spring.cloud.loadbalancer.cache.enabled", "false")));
        }
    }
}
