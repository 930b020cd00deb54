package io.muster.registry;

import io.muster.registry.lease.LeaseEvents;
import io.muster.registry.lease.LeaseMachine;
import io.muster.registry.lease.LeaseService;
import io.muster.registry.lease.TokenEpoch;
import io.muster.registry.replication.ReplicatedLog;
import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The table of leases and the service over it, where leases can be kept. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression(ReplicationConfiguration.LEASES)
class LeaseConfiguration {

    @Bean
    LeaseEvents leaseEvents() {
        return new LeaseEvents();
    }

    /** Time of day is where a new table's tokens begin: above those of a table that was lost before. It decides nothing else. */
    @Bean
    LeaseMachine leaseTable(
            ReplicationProperties properties,
            LongSupplier nanoClock,
            InstantSource wallClock,
            LeaseEvents leaseEvents) {
        return new LeaseMachine(
                properties.lease().maxNames(), nanoClock, () -> TokenEpoch.at(wallClock.instant()), leaseEvents::tell);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    LeaseService leaseService(
            @Qualifier("leaseLog") ReplicatedLog leaseLog,
            LeaseMachine leaseTable,
            LeaseEvents leaseEvents,
            ScheduledThreadPoolExecutor deadlineExecutor) {
        return new LeaseService(leaseLog, leaseTable, leaseEvents, deadlineExecutor);
    }
}
