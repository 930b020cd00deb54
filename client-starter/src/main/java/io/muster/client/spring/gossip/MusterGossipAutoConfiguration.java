package io.muster.client.spring.gossip;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.api.InvalidFieldException;
import io.muster.client.GossipDiscovery;
import io.muster.client.LeadingDiscovery;
import io.muster.client.RegistryClient;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.client.spring.RegistryProperties;
import io.muster.gossip.GossipNode;
import io.muster.gossip.protocol.NodeAddress;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ConditionalOnDiscoveryEnabled;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/**
 * This process as a member of a cluster, where {@code muster.discovery.mode} is {@code gossip} or {@code both}, with the actuator
 * endpoint {@code gossip}, the health indicator {@code musterGossip} and the meters {@code muster.gossip.*}.
 */
@AutoConfiguration(after = MusterClientAutoConfiguration.class)
@ConditionalOnClass(GossipNode.class)
@ConditionalOnDiscoveryEnabled
@ConditionalOnBooleanProperty(name = "muster.registry.enabled", matchIfMissing = true)
@Conditional(OnGossip.class)
@EnableConfigurationProperties({GossipProperties.class, RegistryProperties.class})
public final class MusterGossipAutoConfiguration {
    @Bean(initMethod = "start", destroyMethod = "close")
    @ConditionalOnMissingBean
    GossipDiscovery musterGossipDiscovery(
            GossipProperties properties, RegistryProperties registry, Environment environment) {
        String application = environment.getProperty("spring.application.name", "");
        List<NodeAddress> seeds = Seeds.resolve(properties.seeds());
        int port = properties.port() == 0 ? FreePort.find(properties.address()) : properties.port();
        return GossipDiscovery.create(registry.namespace(), properties.toConfig(application, port, seeds));
    }

    @Bean(destroyMethod = "close")
    @Primary
    @ConditionalOnProperty(name = OnGossip.PROPERTY, havingValue = "both")
    LeadingDiscovery musterLeadingDiscovery(ObjectProvider<RegistryClient> registry, GossipDiscovery gossip) {
        RegistryClient client = registry.getIfAvailable();
        if (client == null) {
            throw new InvalidFieldException("muster.registry.urls", "set where muster.discovery.mode is both", "");
        }
        return LeadingDiscovery.of(client, gossip);
    }

    /** The endpoint. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class EndpointConfiguration {
        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        GossipEndpoint musterGossipEndpoint(GossipDiscovery discovery) {
            return new GossipEndpoint(discovery);
        }
    }

    /** The health indicator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static final class HealthConfiguration {
        @Bean
        @ConditionalOnEnabledHealthIndicator("muster-gossip")
        @ConditionalOnMissingBean(name = "musterGossipHealthIndicator")
        GossipHealthIndicator musterGossipHealthIndicator(GossipDiscovery discovery) {
            return new GossipHealthIndicator(discovery);
        }
    }

    /** The meters. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static final class MeterConfiguration {
        @Bean
        @ConditionalOnMissingBean
        GossipMeters musterGossipMeters(GossipDiscovery discovery) {
            return new GossipMeters(discovery);
        }
    }
}
