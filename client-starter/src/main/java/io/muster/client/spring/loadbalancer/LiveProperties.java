package io.muster.client.spring.loadbalancer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Takes changes of {@code muster.load-balancer.*} over while the application runs, when Spring Cloud tells of them (a refresh, a
 * configuration server). What is not valid changes nothing and is logged.
 */
final class LiveProperties implements ApplicationListener<EnvironmentChangeEvent> {
    private static final Logger log = LoggerFactory.getLogger(LiveProperties.class);
    private static final String PREFIX = "muster.load-balancer";

    private final ServiceBalancers balancers;
    private final ObjectProvider<Routes> routes;
    private final Environment environment;

    LiveProperties(ServiceBalancers balancers, ObjectProvider<Routes> routes, Environment environment) {
        this.balancers = balancers;
        this.routes = routes;
        this.environment = environment;
    }

    @Override
    public void onApplicationEvent(EnvironmentChangeEvent event) {
        if (event.getKeys().stream().noneMatch(key -> key.startsWith(PREFIX))) {
            return;
        }
        try {
            balancers.configure(Binder.get(environment).bindOrCreate(PREFIX, MusterLoadBalancerProperties.class));
            routes.ifAvailable(Routes::configure);
            log.info("Calls are spread as {}.* says now", PREFIX);
        } catch (BindException | IllegalArgumentException | InvalidConfigurationPropertyValueException e) {
            log.error("Calls are spread as before, because {}", reason(e));
        }
    }

    private static @Nullable String reason(RuntimeException thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof InvalidConfigurationPropertyValueException invalid
                ? invalid.getReason()
                : cause.getMessage();
    }
}
