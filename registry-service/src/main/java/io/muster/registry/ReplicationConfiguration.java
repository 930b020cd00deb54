package io.muster.registry;

import io.muster.registry.raft.RaftConfig;
import io.muster.registry.raft.RaftNode;
import io.muster.registry.replication.ReplicatedLog;
import io.muster.registry.replication.StateMachine;
import io.muster.registry.web.ReplicationInsight;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Joins the lease table, a bean named {@code leaseTable}, to a durable log, the bean {@code leaseLog}. Without a directory
 * there are no leases: their tokens would go back at a restart.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(name = "leaseTable")
@ConditionalOnExpression(ReplicationConfiguration.LEASES)
class ReplicationConfiguration {
    /** For the condition of everything that leases need. */
    static final String LEASES = "${muster.server.lease.enabled:true} and !'${muster.server.data-dir:}'.isBlank()";

    /** The name of the lease table's log. */
    static final String LEASE_GROUP = "leases";

    @Bean(initMethod = "start", destroyMethod = "close")
    @ConditionalOnProperty(name = "muster.server.engine", havingValue = "standalone", matchIfMissing = true)
    RaftNode leaseNode(
            RegistryProperties properties, @Qualifier("leaseTable") StateMachine leaseTable, LongSupplier nanoClock) {
        Path directory = Path.of(properties.dataDir()).toAbsolutePath().resolve(LEASE_GROUP);
        return new RaftNode(RaftConfig.alone("standalone", directory), Map.of(LEASE_GROUP, leaseTable), nanoClock);
    }

    /** Without it nobody would hear of a log that cannot be read. */
    @Bean("leases")
    @ConditionalOnProperty(name = "muster.server.engine", havingValue = "standalone", matchIfMissing = true)
    ReplicationInsight leaseInsight(RaftNode leaseNode) {
        return new ReplicationInsight(leaseNode, null);
    }

    @Bean
    ReplicatedLog leaseLog(RaftNode node) {
        return node.log(LEASE_GROUP);
    }
}
