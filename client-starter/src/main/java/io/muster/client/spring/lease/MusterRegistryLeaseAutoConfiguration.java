package io.muster.client.spring.lease;

import io.muster.client.RegistryClient;
import io.muster.client.RegistryLeaseStore;
import io.muster.client.spring.MusterClientAutoConfiguration;
import io.muster.lease.LeaseStore;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Keeps the application's leases in the registry that it is a client of, unless {@code muster.lease.store} names another store or
 * there is a bean of type {@link LeaseStore}.
 */
@AutoConfiguration(
        after = MusterClientAutoConfiguration.class,
        beforeName = "io.muster.lease.spring.MusterLeaseAutoConfiguration")
@ConditionalOnClass(LeaseStore.class)
@ConditionalOnBean(RegistryClient.class)
@ConditionalOnBooleanProperty(name = "muster.lease.enabled", matchIfMissing = true)
@Conditional(OnRegistryStore.class)
public final class MusterRegistryLeaseAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(LeaseStore.class)
    RegistryLeaseStore musterRegistryLeaseStore(RegistryClient client) {
        return RegistryLeaseStore.over(client);
    }
}
