package io.muster.client.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;

/** A service with the starter, on a random port. */
@TestConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class TestApplication {
    // Boot's own would end the event loops that the registry in this process uses too.
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setShutdownQuietPeriod(Duration.ZERO);
        return resources;
    }

    /**
     * Runs it as service {@code orders}; it can inject the registry.
     *
     * @param more a configuration beside this one; this class for none
     * @param properties each as {@code name=value}; they win over what is set here
     */
    public static ConfigurableApplicationContext run(
            TestRegistry registry, WebApplicationType type, Class<?> more, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.application.name=orders",
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--muster.registry.urls=" + registry.url(),
                "--muster.registry.backoff.max=500ms",
                "--muster.instance.drain-timeout=1s",
                "--muster.instance.drain-settle=10ms"));
        // A later argument of the same name would make a list of both.
        for (String property : properties) {
            String name = "--" + property.substring(0, property.indexOf('=') + 1);
            arguments.removeIf(argument -> argument.startsWith(name));
            arguments.add("--" + property);
        }
        SpringApplicationBuilder builder = new SpringApplicationBuilder(TestApplication.class)
                .sources(more)
                .web(type);
        builder.application()
                .addInitializers(context -> context.getBeanFactory().registerSingleton("testRegistry", registry));
        return builder.run(arguments.toArray(String[]::new));
    }
}
