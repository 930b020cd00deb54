package io.muster.lease.spring.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.lease.LeaseStore;
import io.muster.lease.guard.InMemoryFence;
import io.muster.lease.http.FenceGate;
import io.muster.lease.http.TokenSender;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.spring.http.LeaseHttpProperties.FenceKind;
import java.sql.SQLException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.client.RestClient;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Fencing tokens over HTTP: RestClient and WebClient builders, RestTemplates and their builders send them, and endpoints with
 * {@link io.muster.lease.http.RequireFence} check them. An application that has none of the latter needs neither store nor fence
 * for this. Its own {@link FenceGate} stands in place of the one that is made here.
 */
@AutoConfiguration(afterName = "io.muster.lease.spring.MusterLeaseAutoConfiguration")
@ConditionalOnClass(HandlerMethod.class)
@EnableConfigurationProperties(LeaseHttpProperties.class)
@Import({ServletGuardConfiguration.class, ReactiveGuardConfiguration.class})
public final class LeaseHttpAutoConfiguration {
    private static final Logger log = LoggerFactory.getLogger(LeaseHttpAutoConfiguration.class);

    @Bean
    EndpointRules musterEndpointRules() {
        return new EndpointRules();
    }

    @Bean
    FenceRefusals musterFenceRefusals() {
        return new FenceRefusals();
    }

    // Made when an endpoint needs it, so that others need no fence.
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    FenceGate musterFenceGate(
            LeaseHttpProperties properties,
            ObjectProvider<LeaseStore> stores,
            ObjectProvider<JdbcFence> fences,
            ObjectProvider<DataSource> dataSources) {
        LeaseStore store = stores.getIfUnique();
        if (store == null) {
            throw new IllegalStateException(
                    "@RequireFence needs one LeaseStore among the beans, which says what was granted");
        }
        if (properties.fence() == FenceKind.VOLATILE) {
            log.warn(
                    "Fences of endpoints are kept in memory: a restart forgets them, and other instances do not share them");
            InMemoryFence fence = new InMemoryFence();
            return new FenceGate(fence, fence::seen, store, properties.storeTimeout(), properties.idleLimit());
        }
        JdbcFence fence = durableFence(fences.getIfUnique(), dataSources.getIfUnique());
        return new FenceGate(fence, fence::seen, store, properties.storeTimeout(), properties.idleLimit());
    }

    private static JdbcFence durableFence(@Nullable JdbcFence fence, @Nullable DataSource dataSource) {
        if (fence != null) {
            return fence;
        }
        try {
            if (dataSource == null || dataSource.isWrapperFor(FencedDataSource.class)) {
                throw new IllegalStateException(
                        "@RequireFence needs a durable fence: one JdbcFence among the beans, or one"
                                + " DataSource that is not guarded; or muster.lease.http.fence=volatile, for what lives in this"
                                + " process alone");
            }
            return JdbcFence.open(dataSource);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "@RequireFence needs a durable fence, and the database of the DataSource has no table muster_fence, or"
                            + " cannot be reached: " + e.getMessage(),
                    e);
        }
    }

    private static Supplier<TokenSender> sender(ObjectProvider<LeaseHttpProperties> properties) {
        return SingletonSupplier.of(() -> new TokenSender(properties.getObject().sendTo()));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({RestClient.class, ClientHttpRequestFactoryBuilder.class})
    static class Blocking {
        @Bean
        static BlockingClients musterBlockingClients(
                ObjectProvider<LeaseHttpProperties> properties, ListableBeanFactory beans) {
            return new BlockingClients(sender(properties), new BalancedBeans(beans));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebClient.class)
    static class Reactive {
        @Bean
        static ReactiveClients musterReactiveClients(
                ObjectProvider<LeaseHttpProperties> properties, ListableBeanFactory beans) {
            return new ReactiveClients(sender(properties), new BalancedBeans(beans));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Meters {
        @Bean
        MeterBinder musterFenceRefusalMeters(FenceRefusals refusals) {
            return registry -> refusals.counts().forEach((status, count) -> {
                FunctionCounter unused = FunctionCounter.builder("muster.lease.http.refusals", count, LongAdder::sum)
                        .tag("status", String.valueOf(status))
                        .description("Requests that endpoints with a fence have refused")
                        .register(registry);
            });
        }
    }
}
