package io.muster.client.spring.loadbalancer;

import feign.Client;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;
import org.springframework.cloud.openfeign.loadbalancer.RetryableFeignBlockingLoadBalancerClient;

/**
 * Puts our client in the place of Spring's two balancing ones, whoever made them, around the same HTTP client. It comes after
 * their making because which HTTP client it is depends on what is on the class path. Another client, or a subclass of
 * theirs, stays as it is.
 */
final class FeignClientReplacer implements BeanPostProcessor {
    private final BeanFactory beans;

    FeignClientReplacer(BeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        Client delegate = delegate(bean);
        if (delegate == null) {
            return bean;
        }
        return new BalancingFeignClient(
                delegate,
                beans.getBean(LoadBalancerClient.class),
                beans.getBean(LoadBalancerClientFactory.class),
                beans.getBeanProvider(LoadBalancerFeignRequestTransformer.class)
                        .orderedStream()
                        .toList(),
                beans.getBean(Routes.class),
                beans.getBean(LeakGuard.class));
    }

    private static @Nullable Client delegate(Object bean) {
        if (bean.getClass() == FeignBlockingLoadBalancerClient.class) {
            return ((FeignBlockingLoadBalancerClient) bean).getDelegate();
        }
        if (bean.getClass() == RetryableFeignBlockingLoadBalancerClient.class) {
            return ((RetryableFeignBlockingLoadBalancerClient) bean).getDelegate();
        }
        return null;
    }
}
