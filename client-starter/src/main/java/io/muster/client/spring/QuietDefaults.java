package io.muster.client.spring;

import java.util.Map;
import org.apache.commons.logging.Log;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Turns off Spring Cloud LoadBalancer's cache of instances, which nothing asks when instances are pushed, and with it the
 * advice to replace it that would be logged at every start. Any property source of the application overrides it.
 */
final class QuietDefaults implements EnvironmentPostProcessor, Ordered {
    private static final String SOURCE = "muster";

    private final Log log;

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    /** @param logs hands out loggers that wait until logging is set up */
    QuietDefaults(DeferredLogFactory logs) {
        this.log = logs.getLog(QuietDefaults.class);
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        boolean gossip = "gossip".equalsIgnoreCase(environment.getProperty("muster.discovery.mode"));
        if (!gossip && !OnRegistryUrls.areSet(environment)) {
            log.info("Muster is off: muster.registry.urls is not set");
        } else {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource(SOURCE, Map.of("spring.cloud.loadbalancer.cache.enabled", "false")));
        }
    }
}
