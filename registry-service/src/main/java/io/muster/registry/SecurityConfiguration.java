package io.muster.registry;

import io.muster.registry.security.AllowedNetworks;
import io.muster.registry.security.ConnectionBound;
import io.muster.registry.security.Gate;
import io.muster.registry.security.InstanceAddresses;
import io.muster.registry.security.SecurityProperties;
import io.muster.registry.security.StreamBound;
import java.net.InetAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts together what decides who may call, and how much. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    private static final int LOOKUP_THREADS = 8;
    private static final int LOOKUP_QUEUE = 256;

    @Bean
    Gate gate(
            SecurityProperties properties,
            WebEndpointProperties endpoints,
            ManagementServerProperties management,
            LongSupplier nanoClock) {
        // Only a port of its own gives the actuator a path of its own.
        String root = management.getPort() == null ? "" : management.getBasePath();
        return new Gate(properties, root + endpoints.getBasePath() + "/health", nanoClock);
    }

    @Bean
    ConnectionBound connectionBound(SecurityProperties properties) {
        return new ConnectionBound(properties.limits());
    }

    @Bean
    StreamBound streamBound(SecurityProperties properties) {
        return new StreamBound(properties.limits());
    }

    /** The system's own resolver blocks, and knows what the machine's other programs know. */
    @Bean(destroyMethod = "shutdownNow")
    ThreadPoolExecutor lookupExecutor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                LOOKUP_THREADS, LOOKUP_THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(LOOKUP_QUEUE), task -> {
                    Thread thread = new Thread(task, "muster-lookup");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Bean
    InstanceAddresses instanceAddresses(SecurityProperties properties, ThreadPoolExecutor lookupExecutor) {
        return new InstanceAddresses(
                new AllowedNetworks(properties.allowedNetworks()), InetAddress::getAllByName, lookupExecutor);
    }
}
