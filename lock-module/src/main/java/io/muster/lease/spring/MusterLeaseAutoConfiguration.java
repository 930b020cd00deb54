package io.muster.lease.spring;

import io.muster.lease.Fence;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.jdbc.JdbcFence;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.data.redis.RedisConnectionDetails;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Leases over the application's store, all of its {@link Fence} beans, and what {@link Leased} and {@link LeaderOnly} need. A
 * bean of type {@link LeaseStore} or {@link Leases} takes the place of the one here.
 */
@AutoConfiguration(after = {DataSourceAutoConfiguration.class, RedisAutoConfiguration.class})
@ConditionalOnProperty(prefix = "muster.lease", name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties(MusterLeaseProperties.class)
public final class MusterLeaseAutoConfiguration {
    private static final String FENCE = "musterJdbcFence";

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    LeaseStore musterLeaseStore(
            MusterLeaseProperties properties,
            ObjectProvider<DataSource> dataSources,
            ObjectProvider<GuardedDataSource> guards,
            ObjectProvider<RedisConnectionDetails> redis,
            ConfigurableListableBeanFactory beans) {
        return switch (properties.store()) {
            case AUTO, JDBC ->
                LeaseStores.jdbc(
                        unguarded(dataSources, guards.getIfAvailable()),
                        properties.jdbc().createSchema());
            case REGISTRY ->
                throw new LeaseSetupException(
                        "'muster.lease.store' is registry, but this application is no client of a Muster registry",
                        "Add io.muster:muster-client-starter and set 'muster.registry.urls', with 'muster.discovery.mode' other than"
                                + " gossip; or choose another store.",
                        null);
            case MEMORY -> LeaseStores.memory();
            case REDIS -> redis(properties, redis.getIfUnique(), beans.getBeanClassLoader());
        };
    }

    @Bean
    LeaseAnnouncer musterLeaseAnnouncer(
            ObjectProvider<LeaseListener> listeners, ConfigurableApplicationContext application) {
        return new LeaseAnnouncer(listeners.orderedStream().toList(), application, closing(application));
    }

    @Bean
    @ConditionalOnMissingBean
    Leases musterLeases(
            LeaseStore store,
            MusterLeaseProperties properties,
            Environment environment,
            ObjectProvider<Fence> fences,
            LeaseAnnouncer announcer) {
        String holder = HolderName.of(environment.getProperty("spring.application.name"), System::getenv);
        return Leases.open(
                store, properties.settings(holder), fences.orderedStream().toList(), announcer);
    }

    @Bean
    LeaderElections musterLeaderElections(Leases leases, ConfigurableApplicationContext application) {
        return new LeaderElections(leases, closing(application));
    }

    @Bean
    PlannedTimes musterPlannedTimes() {
        return new PlannedTimes(Instant::now);
    }

    @Bean
    TicksAhead musterTicksAhead() {
        return new TicksAhead(Instant::now);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LeasePostProcessor musterLeasePostProcessor(ConfigurableListableBeanFactory beans) {
        EmbeddedValueResolver values = new EmbeddedValueResolver(beans);
        LeasePlans plans = new LeasePlans(text -> {
            String value = values.resolveStringValue(text);
            return value == null ? "" : value;
        });
        Supplier<LeaseAnnouncer> announcer = lazily(beans, LeaseAnnouncer.class);
        LeaseInterceptor interceptor = new LeaseInterceptor(
                plans,
                lazily(beans, Leases.class),
                lazily(beans, LeaderElections.class),
                refusal -> announcer.get().refused(refusal),
                Instant::now);
        return new LeasePostProcessor(plans, interceptor);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static MadeBeans musterMadeBeans() {
        return new MadeBeans();
    }

    @Bean
    LeaseStartCheck musterLeaseStartCheck(
            ConfigurableListableBeanFactory beans,
            LeasePostProcessor postProcessor,
            MadeBeans made,
            Leases leases,
            LeaderElections elections) {
        return new LeaseStartCheck(beans, postProcessor, made, leases, elections);
    }

    /** The data source that checks fences by itself. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("muster.lease.guard.data-source")
    static final class GuardConfiguration {
        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static GuardedDataSource musterGuardedDataSource(ConfigurableListableBeanFactory beans) {
            return new GuardedDataSource(
                    beans,
                    SingletonSupplier.of(() -> beans.getBean(FENCE, JdbcFence.class))::obtain,
                    () -> Optional.ofNullable(
                            beans.getBean(MusterLeaseProperties.class).guard().transactionLimit()));
        }

        @Bean(FENCE)
        @DependsOnDatabaseInitialization
        JdbcFence musterJdbcFence(
                ObjectProvider<DataSource> dataSources, GuardedDataSource guard, MusterLeaseProperties properties) {
            DataSource dataSource = dataSources.getIfUnique();
            if (dataSource != null && !guard.guards(dataSource)) {
                throw new LeaseSetupException(
                        "'muster.lease.guard.data-source' is true and guards nothing: the DataSource "
                                + dataSource.getClass().getName() + " was made before its guard",
                        "Let no BeanPostProcessor depend on it, or put a FencedDataSource around it yourself.",
                        null);
            }
            return LeaseStores.fence(
                    unguarded(dataSources, guard), properties.jdbc().createSchema());
        }
    }

    private static @Nullable DataSource unguarded(
            ObjectProvider<DataSource> dataSources, @Nullable GuardedDataSource guard) {
        DataSource dataSource = dataSources.getIfUnique();
        return dataSource == null || guard == null ? dataSource : guard.within(dataSource);
    }

    private static LeaseStore redis(
            MusterLeaseProperties properties, @Nullable RedisConnectionDetails details, @Nullable ClassLoader classes) {
        if (!properties.allowWeakStore()) {
            throw new LeaseSetupException(
                    "muster.lease.allow-weak-store must be true for leases in Redis but was false, because a fail-over can"
                            + " lose its last tokens",
                    "Keep leases in a database, or set the property to true.",
                    null);
        }
        if (!ClassUtils.isPresent("io.lettuce.core.RedisClient", classes)) {
            throw new LeaseSetupException(
                    "leases in Redis need Lettuce, which is not on the class path",
                    "Add the dependency io.lettuce:lettuce-core.",
                    null);
        }
        return RedisStore.open(properties.redis().url(), details);
    }

    private static BooleanSupplier closing(ConfigurableApplicationContext application) {
        return application::isClosed;
    }

    private static <T> Supplier<T> lazily(ConfigurableListableBeanFactory beans, Class<T> type) {
        return SingletonSupplier.of(() -> beans.getBean(type))::obtain;
    }
}
