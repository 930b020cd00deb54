package io.muster.registry;

import io.muster.api.Position;
import io.muster.registry.engine.raft.RaftEngine;
import io.muster.registry.engine.raft.RaftEngineConfig;
import io.muster.registry.health.Prober;
import io.muster.registry.raft.PeerKeys;
import io.muster.registry.raft.RaftNode;
import io.muster.registry.replication.Membership;
import io.muster.registry.replication.StateMachine;
import io.muster.registry.web.ReplicationInsight;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts a node of a cluster together. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "muster.server.engine", havingValue = "raft")
class RaftConfiguration {
    /** The name of the catalogue's log. */
    static final String CATALOGUE_GROUP = "catalogue";

    @Bean(initMethod = "start", destroyMethod = "close")
    RaftEngine engine(
            RegistryProperties properties,
            ReplicationProperties replication,
            Prober prober,
            LongSupplier nanoClock,
            ScheduledThreadPoolExecutor deadlineExecutor) {
        RaftEngineConfig config = new RaftEngineConfig(
                RegistryConfiguration.health(properties),
                properties.limits().maxInstances(),
                properties.limits().rememberedChanges(),
                replication.raft().electionTimeout().multipliedBy(2));
        SecureRandom random = new SecureRandom();
        return new RaftEngine(
                config,
                () -> random.nextLong(1, Position.MAX_VALUE),
                prober,
                nanoClock,
                InstantSource.system(),
                deadlineExecutor);
    }

    @Bean("raft")
    ReplicationInsight raftInsight(RaftNode node, Membership membership) {
        return new ReplicationInsight(node, membership);
    }

    @Bean
    Membership membership(RaftNode node) {
        return node.members();
    }

    @Bean
    HandOverLifecycle handOverLifecycle(RaftNode node) {
        return new HandOverLifecycle(node);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    RaftNode raftNode(
            RegistryProperties properties,
            ReplicationProperties replication,
            RaftEngine engine,
            @Qualifier("leaseTable") ObjectProvider<StateMachine> leaseTable,
            ObjectProvider<SslBundles> bundles,
            LongSupplier nanoClock) {
        if (properties.dataDir().isBlank()) {
            throw new IllegalArgumentException(
                    "muster.server.data-dir must be present with muster.server.engine=raft but was empty");
        }
        Map<String, StateMachine> machines = new LinkedHashMap<>();
        machines.put(CATALOGUE_GROUP, engine.stateMachine());
        if (replication.lease().enabled()) {
            leaseTable.ifAvailable(table -> machines.put(ReplicationConfiguration.LEASE_GROUP, table));
        }
        Path directory = Path.of(properties.dataDir()).toAbsolutePath().resolve("raft");
        RaftNode node = new RaftNode(
                replication.raft().config(directory, keys(replication.raft(), bundles)), machines, nanoClock);
        engine.replicateBy(node.log(CATALOGUE_GROUP));
        return node;
    }

    private static @Nullable PeerKeys keys(ReplicationProperties.Raft raft, ObjectProvider<SslBundles> bundles) {
        String name = raft.ssl().bundle();
        if (name.isEmpty()) {
            return null;
        }
        SslManagerBundle managers = bundles.getObject().getBundle(name).getManagers();
        if (managers.getKeyManagers().length == 0 || managers.getTrustManagers().length == 0) {
            throw new IllegalArgumentException(
                    "muster.server.raft.ssl.bundle must be a bundle with a key and a trust store but was " + name);
        }
        return new PeerKeys(managers.getKeyManagers()[0], managers.getTrustManagers()[0]);
    }
}
