package io.muster.stacks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.spring.loadbalancer.MusterGatewayAutoConfiguration;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerAutoConfiguration;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.cloud.gateway.config.GatewayLoadBalancerProperties;
import org.springframework.cloud.gateway.config.GatewayReactiveLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class GatewayAutoConfigurationTest {
    private static final String FILTER = "musterBalancingGatewayFilter";
    private static final String SPRINGS = "gatewayLoadBalancerClientFilter";
    private static final String RESPONSES = "musterGatewayResponseFilter";

    private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LoadBalancerAutoConfiguration.class,
                    GatewayReactiveLoadBalancerClientAutoConfiguration.class,
                    MusterLoadBalancerAutoConfiguration.class,
                    MusterGatewayAutoConfiguration.class))
            .withBean(
                    RegistryClient.class,
                    () -> RegistryClient.create(ClientConfig.of(URI.create("http://127.0.0.1:1"))));

    @Test
    void takesThePlaceOfSpringsFilterAtItsOrder() {
        runner.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasBean(FILTER)
                    .hasBean(RESPONSES)
                    .doesNotHaveBean(SPRINGS);
            assertThat(context.getBean(ReactiveLoadBalancerClientFilter.class).getOrder())
                    .isEqualTo(ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER);
        });
    }

    @Test
    void staysAwayWhenTheApplicationBringsItsOwnFilter() {
        runner.withUserConfiguration(OwnFilter.class)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasBean("ownFilter")
                        .doesNotHaveBean(FILTER)
                        .doesNotHaveBean(RESPONSES));
    }

    @Test
    void staysAwayWhenSpringsFilterIsTurnedOff() {
        runner.withPropertyValues(
                        "spring.cloud.gateway.server.webflux.global-filter.reactive-load-balancer-client.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(FILTER)
                        .doesNotHaveBean(RESPONSES)
                        .doesNotHaveBean(SPRINGS));
    }

    @Test
    void leavesSpringsFilterWhenBalancingIsTurnedOff() {
        runner.withPropertyValues("muster.load-balancer.enabled=false")
                .run(context ->
                        assertThat(context).hasNotFailed().hasBean(SPRINGS).doesNotHaveBean(FILTER));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFilter {
        @Bean
        ReactiveLoadBalancerClientFilter ownFilter(
                LoadBalancerClientFactory factory, GatewayLoadBalancerProperties properties) {
            return new ReactiveLoadBalancerClientFilter(factory, properties);
        }
    }
}
