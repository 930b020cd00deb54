package io.muster.lease.spring.http;

import io.muster.lease.http.TokenSender;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.web.reactive.function.client.WebClient;

/** Lets the WebClient builders among the beans send tokens. */
final class ReactiveClients implements BeanPostProcessor {
    private final Supplier<TokenSender> sender;
    private final BalancedBeans balancedBeans;

    ReactiveClients(Supplier<TokenSender> sender, BalancedBeans balancedBeans) {
        this.sender = sender;
        this.balancedBeans = balancedBeans;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof ClientHttpConnectorBuilder<?> builder) {
            boolean needed = balancedBeans.arePossible() || !sender.get().hasNoHosts();
            return needed ? ReactiveRedirects.refusable(builder) : builder;
        }
        if (bean instanceof WebClient.Builder builder) {
            SendingFilter filter = new SendingFilter(sender.get(), balancedBeans.contains(beanName));
            return builder.filters(filters -> {
                filters.removeIf(SendingFilter.class::isInstance);
                filters.add(0, filter);
            });
        }
        return bean;
    }
}
