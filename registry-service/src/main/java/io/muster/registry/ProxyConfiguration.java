package io.muster.registry;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.registry.engine.Engine;
import io.muster.registry.proxy.ProxyInsight;
import io.muster.registry.proxy.ProxyProperties;
import io.muster.registry.proxy.ProxyServer;
import io.muster.registry.security.SecurityProperties;
import java.security.SecureRandom;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the proxy together, where it is switched on. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("muster.server.proxy.enabled")
@EnableConfigurationProperties(ProxyProperties.class)
class ProxyConfiguration {
    @Bean(destroyMethod = "shutdownNow")
    ScheduledThreadPoolExecutor proxyExecutor() {
        return RegistryConfiguration.singleThread("muster-proxy-view");
    }

    @Bean
    ProxyServer proxyServer(
            ProxyProperties properties,
            SecurityProperties security,
            Engine engine,
            MeterRegistry meters,
            LongSupplier nanoClock,
            ScheduledThreadPoolExecutor proxyExecutor) {
        return new ProxyServer(properties, security, engine, meters, nanoClock, new SecureRandom(), proxyExecutor);
    }

    @Bean
    ProxyInsight proxy(ProxyServer proxyServer) {
        return new ProxyInsight(proxyServer);
    }
}
