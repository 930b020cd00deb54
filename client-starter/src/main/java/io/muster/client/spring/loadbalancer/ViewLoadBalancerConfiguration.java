package io.muster.client.spring.loadbalancer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ReactorLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RetryAwareServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.loadbalancer.support.LoadBalancerEnvironmentPropertyUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The defaults in each service's child context of Spring Cloud LoadBalancer. What an application configures for a service
 * comes before them; what it configures for all services may be registered later, so ours are fallbacks. An application
 * that asks for one of Spring's own lists ({@code spring.cloud.loadbalancer.configurations}) gets that.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(ViewLoadBalancerConfiguration.NoOtherList.class)
final class ViewLoadBalancerConfiguration {
    /** Our balancer, or Spring's round robin over a list of instances that the application brought. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean(ReactorLoadBalancer.class)
    ReactorLoadBalancer<ServiceInstance> musterLoadBalancer(
            Environment environment,
            ServiceBalancers balancers,
            LoadBalancerClientFactory factory,
            ObjectProvider<ServiceInstanceListSupplier> supplier) {
        String service = String.valueOf(LoadBalancerClientFactory.getName(environment));
        if (isOurs(supplier.getIfAvailable())) {
            return new ViewLoadBalancer(service, balancers);
        }
        return new RoundRobinLoadBalancer(factory.getLazyProvider(service, ServiceInstanceListSupplier.class), service);
    }

    /** With Spring Retry on the class path Spring wraps the list, to leave out whom a retry had before: ours does that itself. */
    private static boolean isOurs(@Nullable ServiceInstanceListSupplier supplier) {
        return supplier instanceof RetryAwareServiceInstanceListSupplier retryAware
                ? isOurs(retryAware.getDelegate())
                : supplier instanceof ViewInstanceListSupplier;
    }

    @Bean
    @Fallback
    @ConditionalOnMissingBean(ServiceInstanceListSupplier.class)
    ServiceInstanceListSupplier musterInstanceListSupplier(Environment environment, ServiceBalancers balancers) {
        return new ViewInstanceListSupplier(String.valueOf(LoadBalancerClientFactory.getName(environment)), balancers);
    }

    /** The application asked for none of Spring's lists by property. */
    static final class NoOtherList implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return LoadBalancerEnvironmentPropertyUtils.equalToOrMissingForClientOrDefault(
                    context.getEnvironment(), "configurations", "default");
        }
    }
}
