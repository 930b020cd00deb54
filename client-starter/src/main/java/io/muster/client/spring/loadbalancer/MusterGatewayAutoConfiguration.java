package io.muster.client.spring.loadbalancer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.gateway.config.GatewayLoadBalancerProperties;
import org.springframework.cloud.gateway.config.conditional.ConditionalOnEnabledGlobalFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;

/**
 * Balances the {@code lb://} routes of Spring Cloud Gateway (WebFlux) over the pushed views. Stays away when the application
 * brings its own {@link ReactiveLoadBalancerClientFilter}, or turns Spring's off.
 */
@AutoConfiguration(
        after = MusterLoadBalancerAutoConfiguration.class,
        beforeName = "org.springframework.cloud.gateway.config.GatewayReactiveLoadBalancerClientAutoConfiguration")
@ConditionalOnClass(ReactiveLoadBalancerClientFilter.class)
@ConditionalOnBean(Routes.class)
@EnableConfigurationProperties(GatewayLoadBalancerProperties.class)
public final class MusterGatewayAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(ReactiveLoadBalancerClientFilter.class)
    @ConditionalOnEnabledGlobalFilter(ReactiveLoadBalancerClientFilter.class)
    BalancingGatewayFilter musterBalancingGatewayFilter(
            LoadBalancerClientFactory factory, GatewayLoadBalancerProperties properties, Routes routes) {
        return new BalancingGatewayFilter(factory, properties, routes);
    }

    @Bean
    @ConditionalOnBean(BalancingGatewayFilter.class)
    GatewayResponseFilter musterGatewayResponseFilter() {
        return new GatewayResponseFilter();
    }
}
