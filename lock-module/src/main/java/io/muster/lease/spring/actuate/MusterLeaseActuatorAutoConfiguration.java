package io.muster.lease.spring.actuate;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.lease.Leases;
import io.muster.lease.spring.MusterLeaseAutoConfiguration;
import java.time.Instant;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The actuator endpoint {@code leases}, the health indicator {@code musterLease} and the meters {@code muster.lease.*}, where
 * Actuator and Micrometer are on the class path.
 */
@AutoConfiguration(after = MusterLeaseAutoConfiguration.class)
@ConditionalOnBean(Leases.class)
public final class MusterLeaseActuatorAutoConfiguration {
    /** The endpoint. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    @ConditionalOnAvailableEndpoint(LeasesEndpoint.class)
    static final class EndpointConfiguration {
        @Bean
        LeaseHistory musterLeaseHistory() {
            return new LeaseHistory(Instant::now);
        }

        @Bean
        @ConditionalOnMissingBean
        LeasesEndpoint musterLeasesEndpoint(Leases leases, LeaseHistory history) {
            return new LeasesEndpoint(leases, history);
        }
    }

    /** The health indicator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static final class HealthConfiguration {
        @Bean
        @ConditionalOnEnabledHealthIndicator("muster-lease")
        @ConditionalOnMissingBean(name = "musterLeaseHealthIndicator")
        LeaseHealthIndicator musterLeaseHealthIndicator(Leases leases) {
            return new LeaseHealthIndicator(leases);
        }
    }

    /** The meters. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static final class MeterConfiguration {
        @Bean
        LeaseMeters musterLeaseMeters(ObjectProvider<Leases> leases) {
            return new LeaseMeters(leases::getObject);
        }
    }
}
