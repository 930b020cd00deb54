package io.muster.client.spring;

import io.muster.api.InvalidFieldException;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.cloud.client.ConditionalOnDiscoveryEnabled;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The connection to the registry, once {@code muster.registry.urls} is set, unless {@code muster.discovery.mode} is {@code gossip}.
 * The glue's other auto-configurations follow the {@link io.muster.client.Discovery} bean, which this is, whoever brought it. It connects in the background as soon as it exists and is closed with the
 * context, after every life-cycle phase.
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnDiscoveryEnabled
@ConditionalOnBooleanProperty(name = "muster.registry.enabled", matchIfMissing = true)
@EnableConfigurationProperties({RegistryProperties.class, RegistrySecurityProperties.class})
public final class MusterClientAutoConfiguration {
    /** What comes after this one and before the others, where gossip is on the class path. */
    public static final String GOSSIP = "io.muster.client.spring.gossip.MusterGossipAutoConfiguration";

    private static final String MODE = "muster.discovery.mode";

    /** The connection, when the user brings none. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(OnRegistryUrls.class)
    @ConditionalOnMissingBean(RegistryClient.class)
    static final class Connection {
        @Bean(initMethod = "start", destroyMethod = "close")
        RegistryClient musterRegistryClient(
                RegistryProperties properties,
                RegistrySecurityProperties security,
                ObjectProvider<SslBundles> bundles,
                Environment environment) {
            ClientConfig config = properties.toConfig(environment.getProperty("spring.application.name", ""));
            return RegistryClient.create(security.addTo(config, bundles.getIfAvailable(DefaultSslBundleRegistry::new)));
        }
    }

    /** Says what is missing. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("io.muster.gossip.GossipNode")
    static final class WithoutGossip {
        /** @throws InvalidFieldException if gossip is asked for */
        WithoutGossip(Environment environment) {
            String mode = environment.getProperty(MODE, "registry");
            if (!mode.equalsIgnoreCase("registry")) {
                throw new InvalidFieldException(
                        MODE, "registry while io.muster:muster-gossip-module is not on the class path", mode);
            }
        }
    }

    // Beans of nested classes are known by now.
    @Bean
    @ConditionalOnBooleanProperty("muster.registry.fail-fast")
    @ConditionalOnBean(RegistryClient.class)
    SmartInitializingSingleton musterRegistryCheck(RegistryClient client) {
        return new RegistryCheck(client);
    }
}
