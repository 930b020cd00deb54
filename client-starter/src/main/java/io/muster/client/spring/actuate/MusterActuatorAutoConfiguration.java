package io.muster.client.spring.actuate;

import io.micrometer.core.instrument.MeterRegistry;
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
        afterName = "io.muster.client.spring.loadbalancer.MusterLoadBalancerAutoConfiguration")
@ConditionalOnBean(RegistryClient.class)
public final class MusterActuatorAutoConfiguration {
    /** The endpoint. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class EndpointConfiguration {
        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        MusterEndpoint musterEndpoint(
                RegistryClient client,
                ObjectProvider<LocalInstance> instance,
                ObjectProvider<ServiceBalancers> balancers) {
            return new MusterEndpoint(client, instance::getIfAvailable, balancers::getIfAvailable);
        }
    }

    /** The health indicator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static final class HealthConfiguration {
        @Bean
        @ConditionalOnEnabledHealthIndicator("muster")
        @ConditionalOnMissingBean(name = "musterHealthIndicator")
        MusterHealthIndicator musterHealthIndicator(RegistryClient client, ObjectProvider<LocalInstance> instance) {
            return new MusterHealthIndicator(client, instance::getIfAvailable);
        }
    }

    /** The token stays hidden where an application shows its properties. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SanitizingFunction.class)
    static final class SanitizingConfiguration {
        @Bean
        SanitizingFunction musterTokenSanitizer() {
            return data -> isToken(data.getKey()) ? data.withSanitizedValue() : data;
        }

        private static boolean isToken(String key) {
            String letters = key.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
            return letters.equals("musterregistrytoken");
        }
    }

    /** The meters. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static final class MeterConfiguration {
        @Bean
        @ConditionalOnMissingBean
        MusterMeters musterMeters(RegistryClient client, ObjectProvider<LocalInstance> instance) {
            return new MusterMeters(client, instance::getIfAvailable);
        }
    }
}
