package io.muster.client.spring;

import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
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
 * The connection to the registry, once {@code muster.registry.urls} is set. The glue's other auto-configurations follow the
 * {@link RegistryClient} bean, whoever brought it. It connects in the background as soon as it exists and is closed with the
 * context, after every life-cycle phase.
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnDiscoveryEnabled
@ConditionalOnBooleanProperty(name = "muster.registry.enabled", matchIfMissing = true)
@EnableConfigurationProperties({RegistryProperties.class, RegistrySecurityProperties.class})
public final class MusterClientAutoConfiguration {
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

    // Beans of nested classes are known by now.
    @Bean
    @ConditionalOnBooleanProperty("muster.registry.fail-fast")
    @ConditionalOnBean(RegistryClient.class)
    SmartInitializingSingleton musterRegistryCheck(RegistryClient client) {
        return new RegistryCheck(client);
    }
}
