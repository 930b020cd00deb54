package io.muster.client.spring.discovery;

import io.muster.client.RegistryClient;
import io.muster.client.spring.MusterClientAutoConfiguration;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.CommonsClientAutoConfiguration;
import org.springframework.cloud.client.ConditionalOnBlockingDiscoveryEnabled;
import org.springframework.cloud.client.ConditionalOnReactiveDiscoveryEnabled;
import org.springframework.cloud.client.ReactiveCommonsClientAutoConfiguration;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.composite.reactive.ReactiveCompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.reactive.SimpleReactiveDiscoveryClientAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Spring Cloud's discovery clients over the registry, the eager views, and the events that tell of changes. */
@AutoConfiguration(
        after = MusterClientAutoConfiguration.class,
        before = {
            CommonsClientAutoConfiguration.class,
            ReactiveCommonsClientAutoConfiguration.class,
            CompositeDiscoveryClientAutoConfiguration.class,
            ReactiveCompositeDiscoveryClientAutoConfiguration.class,
            SimpleDiscoveryClientAutoConfiguration.class,
            SimpleReactiveDiscoveryClientAutoConfiguration.class
        })
@ConditionalOnBean(RegistryClient.class)
@EnableConfigurationProperties(DiscoveryProperties.class)
public final class MusterDiscoveryAutoConfiguration {
    @Bean
    ServiceLookup musterServiceLookup(RegistryClient client, DiscoveryProperties properties) {
        return new ServiceLookup(client, properties.firstViewTimeout());
    }

    @Bean
    SmartInitializingSingleton musterEagerViews(RegistryClient client, DiscoveryProperties properties) {
        return () -> properties.services().forEach(client::view);
    }

    @Bean
    HeartbeatPublisher musterHeartbeatPublisher(
            RegistryClient client,
            ServiceLookup lookup,
            ApplicationEventPublisher events,
            DiscoveryProperties properties) {
        return new HeartbeatPublisher(
                client,
                lookup,
                events,
                properties,
                () -> Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "muster-discovery-events");
                    thread.setDaemon(true);
                    return thread;
                }));
    }

    /** For blocking applications. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBlockingDiscoveryEnabled
    static final class Blocking {
        @Bean
        @ConditionalOnMissingBean(name = "musterDiscoveryClient")
        MusterDiscoveryClient musterDiscoveryClient(ServiceLookup lookup, DiscoveryProperties properties) {
            return new MusterDiscoveryClient(lookup, properties.order());
        }
    }

    /** For reactive applications. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnReactiveDiscoveryEnabled
    static final class Reactive {
        @Bean
        @ConditionalOnMissingBean(name = "musterReactiveDiscoveryClient")
        MusterReactiveDiscoveryClient musterReactiveDiscoveryClient(
                ServiceLookup lookup, DiscoveryProperties properties) {
            return new MusterReactiveDiscoveryClient(lookup, properties.order());
        }
    }
}
