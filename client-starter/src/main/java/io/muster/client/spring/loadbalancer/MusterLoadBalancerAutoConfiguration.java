package io.muster.client.spring.loadbalancer;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.client.Discovery;
import io.muster.client.spring.registration.LocalInstance;
import io.muster.lb.Strategy;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ConditionalOnDiscoveryEnabled;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.BlockingLoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestTransformer;
import org.springframework.cloud.client.loadbalancer.RestTemplateCustomizer;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancedExchangeFilterFunction;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerBeanPostProcessorAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.util.StringUtils;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Balances {@code @LoadBalanced} clients over the pushed views. Each part stays away when the application brings its own:
 * a {@link BlockingLoadBalancerInterceptor}, a {@link LoadBalancedExchangeFilterFunction}, or, for one service or all, a
 * balancer or list of instances for Spring Cloud LoadBalancer.
 *
 * <p>A strategy of the application's own is a bean of type {@link Strategy}; properties choose it by its bean name:
 *
 * <pre>{@code
 * @Bean
 * Strategy nearest() { ... }
 *
 * muster.load-balancer.services.inventory.strategy=nearest
 * }</pre>
 */
@AutoConfiguration(
        afterName = {
            "io.muster.client.spring.MusterClientAutoConfiguration",
            "io.muster.client.spring.gossip.MusterGossipAutoConfiguration"
        },
        before = {
            ReactorLoadBalancerClientAutoConfiguration.class,
            LoadBalancerBeanPostProcessorAutoConfiguration.class,
            org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration.class
        },
        after = {LoadBalancerAutoConfiguration.class, BlockingLoadBalancerClientAutoConfiguration.class})
@ConditionalOnClass(LoadBalancerClientFactory.class)
@ConditionalOnDiscoveryEnabled
@ConditionalOnProperty(name = "spring.cloud.loadbalancer.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = "muster.load-balancer.enabled", matchIfMissing = true)
@ConditionalOnBean({Discovery.class, ReactiveLoadBalancer.Factory.class})
@EnableConfigurationProperties(MusterLoadBalancerProperties.class)
@LoadBalancerClients(defaultConfiguration = ViewLoadBalancerConfiguration.class)
public final class MusterLoadBalancerAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    ServiceBalancers musterServiceBalancers(
            Discovery discovery,
            MusterLoadBalancerProperties properties,
            ListableBeanFactory beans,
            Environment environment) {
        HashKeys keys = new HashKeys(beans.getBeansOfType(HashKeyResolver.class));
        String zone = environment.getProperty("muster.instance.zone", "");
        return new ServiceBalancers(
                discovery::view,
                properties,
                new Strategies(properties, beans.getBeansOfType(Strategy.class), keys),
                new CallerPlace(UUID.randomUUID().toString(), zone, Map.of()),
                refused -> discovery.reportRefused(refused.getServiceId(), refused.instance()),
                System::nanoTime);
    }

    @Bean
    LiveProperties musterLiveLoadBalancerProperties(
            ServiceBalancers balancers, ObjectProvider<Routes> routes, Environment environment) {
        return new LiveProperties(balancers, routes, environment);
    }

    @Bean
    SmartInitializingSingleton musterCallerZones(
            Discovery discovery,
            ServiceBalancers balancers,
            ObjectProvider<LocalInstance> instance,
            Environment environment) {
        boolean hasZone = StringUtils.hasText(environment.getProperty("muster.instance.zone"));
        return () -> {
            if (hasZone) {
                instance.ifAvailable(local -> discovery.view(local.service()).onChange(balancers::callers));
            }
        };
    }

    @Bean
    Routes musterRoutes(ReactiveLoadBalancer.Factory<ServiceInstance> factory, ServiceBalancers balancers) {
        return new Routes(factory, balancers, System::nanoTime);
    }

    @Bean
    LeakGuard musterLeakGuard() {
        return new LeakGuard(Cleaner.create());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ClientHttpRequestInterceptor.class)
    @ConditionalOnMissingBean(BlockingLoadBalancerInterceptor.class)
    static class Blocking {
        // Spring's own interceptor is there too, in any case.
        @Bean
        @Primary
        BlockingLoadBalancerInterceptor musterBalancingInterceptor(
                Routes routes, ObjectProvider<LoadBalancerRequestTransformer> transformers, LeakGuard leakGuard) {
            return new BalancingInterceptor(routes, transformers.orderedStream().toList(), leakGuard);
        }

        @Bean
        @ConditionalOnMissingBean
        RestTemplateCustomizer musterRestTemplateCustomizer(BlockingLoadBalancerInterceptor interceptor) {
            return template -> addLast(template, interceptor);
        }

        private static void addLast(RestTemplate template, ClientHttpRequestInterceptor interceptor) {
            List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>(template.getInterceptors());
            interceptors.add(interceptor);
            template.setInterceptors(interceptors);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebClient.class)
    @ConditionalOnMissingBean(LoadBalancedExchangeFilterFunction.class)
    static class Reactive {
        // Spring's own retrying filter may be there too.
        @Bean
        @Primary
        BalancingFilter musterBalancingFilter(
                ReactiveLoadBalancer.Factory<ServiceInstance> factory,
                Routes routes,
                ObjectProvider<LoadBalancerClientRequestTransformer> transformers,
                LeakGuard leakGuard) {
            return new BalancingFilter(
                    factory, routes, transformers.orderedStream().toList(), leakGuard);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static class Meters {
        @Bean
        MeterBinder musterLoadBalancerMeters(ServiceBalancers balancers) {
            return new LoadBalancerMeters(balancers);
        }
    }
}
