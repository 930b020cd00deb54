package io.muster.stacks.openfeign;

import static org.assertj.core.api.Assertions.assertThat;

import feign.Client;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.spring.loadbalancer.MusterFeignAutoConfiguration;
import io.muster.client.spring.loadbalancer.MusterLoadBalancerAutoConfiguration;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.openfeign.FeignAutoConfiguration;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;
import org.springframework.cloud.openfeign.loadbalancer.FeignLoadBalancerAutoConfiguration;
import org.springframework.cloud.openfeign.loadbalancer.RetryableFeignBlockingLoadBalancerClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class FeignAutoConfigurationTest {
    private static final String OURS = "BalancingFeignClient";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LoadBalancerAutoConfiguration.class,
                    BlockingLoadBalancerClientAutoConfiguration.class,
                    MusterLoadBalancerAutoConfiguration.class,
                    MusterFeignAutoConfiguration.class,
                    FeignLoadBalancerAutoConfiguration.class,
                    FeignAutoConfiguration.class))
            .withBean(
                    RegistryClient.class,
                    () -> RegistryClient.create(ClientConfig.of(URI.create("http://127.0.0.1:1"))));

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesThePlaceOfSpringsClientsAroundTheSameHttpClient(boolean springRetries) {
        runner.withPropertyValues("spring.cloud.loadbalancer.retry.enabled=" + springRetries)
                .run(context -> {
                    Client client = context.getBean(Client.class);
                    assertThat(client.getClass().getSimpleName()).isEqualTo(OURS);
                    assertThat(((FeignBlockingLoadBalancerClient) client).getDelegate())
                            .isExactlyInstanceOf(Client.Default.class);
                });
    }

    @Test
    void keepsTheHttpClientThatTheApplicationBrings() {
        runner.withUserConfiguration(OwnHttpClient.class).run(context -> {
            Client client = context.getBean(Client.class);
            assertThat(client.getClass().getSimpleName()).isEqualTo(OURS);
            assertThat(((FeignBlockingLoadBalancerClient) client).getDelegate()).isInstanceOf(HttpClient.class);
        });
    }

    @Test
    void leavesAClientOfTheApplicationsAlone() {
        runner.withUserConfiguration(OwnClient.class)
                .run(context -> assertThat(context.getBean(Client.class)).isExactlyInstanceOf(HttpClient.class));
    }

    @Test
    void leavesSpringsClientWhenBalancingIsTurnedOff() {
        runner.withPropertyValues("muster.load-balancer.enabled=false")
                .run(context -> assertThat(context.getBean(Client.class))
                        .isExactlyInstanceOf(RetryableFeignBlockingLoadBalancerClient.class));
    }

    private static final class HttpClient extends Client.Default {
        HttpClient() {
            super(null, null);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnHttpClient {
        @Bean
        Client client(LoadBalancerClient client, LoadBalancerClientFactory factory) {
            return new FeignBlockingLoadBalancerClient(new HttpClient(), client, factory, List.of());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnClient {
        @Bean
        Client client() {
            return new HttpClient();
        }
    }
}
