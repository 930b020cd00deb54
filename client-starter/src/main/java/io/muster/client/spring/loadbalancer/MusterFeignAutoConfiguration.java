package io.muster.client.spring.loadbalancer;

import feign.Client;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;
import org.springframework.context.annotation.Bean;

/**
 * Balances OpenFeign's clients over the pushed views. A {@link Client} of the application's own that is not one of Spring's
 * balancing ones stays as it is.
 */
@AutoConfiguration(after = MusterLoadBalancerAutoConfiguration.class)
@ConditionalOnClass({Client.class, FeignBlockingLoadBalancerClient.class})
@ConditionalOnBean(Routes.class)
public final class MusterFeignAutoConfiguration {
    // Static: a post-processor is there before the beans that it processes.
    @Bean
    static FeignClientReplacer musterFeignClientReplacer(BeanFactory beans) {
        return new FeignClientReplacer(beans);
    }
}
