package io.muster.client.spring.discovery;

import io.muster.client.Discovery;
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

/** Spring Cloud's discovery clients over the registry or the cluster, the eager views, and the events that tell of changes. */
@AutoConfiguration(
        after = MusterClientAutoConfiguration.class,
        afterName = MusterClientAutoConfiguration.GOSSIP,
        before = {
            CommonsClientAutoConfiguration.class,
            ReactiveCommonsClientAutoConfiguration.class,
            CompositeDiscoveryClientAutoConfiguration.class,
            ReactiveCompositeDiscoveryClientAutoConfiguration.class,
            SimpleDiscoveryClientAutoConfiguration.class,
            SimpleReactiveDiscoveryClientAutoConfiguration.class
        })
@ConditionalOnBean(Discovery.class)
@EnableConfigurationProperties(DiscoveryProperties.class)
public final class MusterDiscoveryAutoConfiguration {
    @Bean
    ServiceLookup musterServiceLookup(Discovery discovery, DiscoveryProperties properties) {
        return new ServiceLookup(discovery, properties.firstViewTimeout());
    }

    @Bean
    SmartInitializingSingleton musterEagerViews(Discovery discovery, DiscoveryProperties properties) {
        return () -> properties.services().forEach(discovery::view);
    }

    @Bean
    HeartbeatPublisher musterHeartbeatPublisher(
            Discovery discovery,
            ServiceLookup lookup,
            ApplicationEventPublisher events,
            DiscoveryProperties properties) {
        return new HeartbeatPublisher(
                discovery,
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
