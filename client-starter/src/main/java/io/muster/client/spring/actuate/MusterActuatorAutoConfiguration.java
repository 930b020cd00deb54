package io.muster.client.spring.actuate;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.client.Discovery;
import io.muster.client.RegistryClient;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.client.spring.discovery.MusterDiscoveryAutoConfiguration;
import io.muster.client.spring.loadbalancer.ServiceBalancers;
import io.muster.client.spring.registration.LocalInstance;
import io.muster.client.spring.registration.MusterRegistrationAutoConfiguration;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The actuator endpoint {@code muster}, the health indicator {@code muster} and the meters {@code muster.registry.*}, where
 * Actuator and Micrometer are on the class path.
 */
@AutoConfiguration(
        after = {
            MusterClientAutoConfiguration.class,
            MusterRegistrationAutoConfiguration.class,
            MusterDiscoveryAutoConfiguration.class
        },
        afterName = {
            MusterClientAutoConfiguration.GOSSIP,
            "io.muster.client.spring.loadbalancer.MusterLoadBalancerAutoConfiguration"
        })
@ConditionalOnBean(Discovery.class)
public final class MusterActuatorAutoConfiguration {
    /** The endpoint. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class EndpointConfiguration {
        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        MusterEndpoint musterEndpoint(
                Discovery discovery,
                ObjectProvider<RegistryClient> client,
                ObjectProvider<LocalInstance> instance,
                ObjectProvider<ServiceBalancers> balancers) {
            RegistryClient connection = client.getIfAvailable();
            return new MusterEndpoint(
                    discovery,
                    () -> connection == null ? null : connection.state(),
                    instance::getIfAvailable,
                    balancers::getIfAvailable);
        }
    }

    /** The health indicator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnBean(RegistryClient.class)
    static final class HealthConfiguration {
        @Bean
        @ConditionalOnEnabledHealthIndicator("muster")
        @ConditionalOnMissingBean(name = "musterHealthIndicator")
        MusterHealthIndicator musterHealthIndicator(RegistryClient client, ObjectProvider<LocalInstance> instance) {
            return new MusterHealthIndicator(client, instance::getIfAvailable);
        }
    }

    /** Token and keys stay hidden where an application shows its properties. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SanitizingFunction.class)
    static final class SanitizingConfiguration {
        @Bean
        SanitizingFunction musterTokenSanitizer() {
            return data -> isToken(data.getKey()) ? data.withSanitizedValue() : data;
        }

        private static boolean isToken(String key) {
            String letters = key.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
            return letters.equals("musterregistrytoken") || letters.startsWith("mustergossipkeys");
        }
    }

    /** The meters. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(RegistryClient.class)
    static final class MeterConfiguration {
        @Bean
        @ConditionalOnMissingBean
        MusterMeters musterMeters(RegistryClient client, ObjectProvider<LocalInstance> instance) {
            return new MusterMeters(client, instance::getIfAvailable);
        }
    }
}
