package io.muster.lease.spring.http;

import io.muster.lease.http.TokenSender;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Lets the RestClient builders, RestTemplates and RestTemplate builders among the beans send tokens. Those that could send none,
 * because no host is listed and they balance nothing, stay as they are: an interceptor costs a client the streaming of bodies.
 */
final class BlockingClients implements BeanPostProcessor {
    private static final Logger log = LoggerFactory.getLogger(BlockingClients.class);

    private final Supplier<TokenSender> sender;
    private final BalancedBeans balancedBeans;

    BlockingClients(Supplier<TokenSender> sender, BalancedBeans balancedBeans) {
        this.sender = sender;
        this.balancedBeans = balancedBeans;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof ClientHttpRequestFactoryBuilder<?> builder) {
            boolean needed = balancedBeans.arePossible() || !sender.get().hasNoHosts();
            return needed ? Redirects.refusable(builder) : builder;
        }
        if (!(bean instanceof RestClient.Builder
                || bean instanceof RestTemplate
                || bean instanceof RestTemplateBuilder)) {
            return bean;
        }
        boolean balanced = balancedBeans.contains(beanName);
        if (!balanced && sender.get().hasNoHosts()) {
            return bean;
        }
        SendingInterceptor interceptor = new SendingInterceptor(sender.get(), balanced);
        if (bean instanceof RestClient.Builder builder) {
            return builder.requestInterceptors(interceptors -> addFirst(interceptors, interceptor));
        }
        if (bean instanceof RestTemplate template) {
            if (addTo(template, interceptor)) {
                log.warn(
                        "RestTemplate \"{}\" takes fencing tokens along when a GET is redirected, to any host, because it"
                                + " connects in a way of its own; build it by RestTemplateBuilder",
                        beanName);
            }
            return template;
        }
        return ((RestTemplateBuilder) bean).additionalCustomizers(template -> {
            boolean unused = addTo(template, interceptor);
        });
    }

    /** Answers whether it still follows redirects with a token, as one whose way to connect is the application's own may. */
    private static boolean addTo(RestTemplate template, ClientHttpRequestInterceptor interceptor) {
        List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>(template.getInterceptors());
        // With interceptors it does not show what it connects by.
        template.setInterceptors(List.of());
        ClientHttpRequestFactory connecting = Redirects.refusable(template.getRequestFactory());
        template.setRequestFactory(connecting);
        addFirst(interceptors, interceptor);
        template.setInterceptors(interceptors);
        return connecting instanceof SimpleClientHttpRequestFactory;
    }

    /** In the place of one that a builder has added. */
    private static void addFirst(
            List<ClientHttpRequestInterceptor> interceptors, ClientHttpRequestInterceptor interceptor) {
        interceptors.removeIf(SendingInterceptor.class::isInstance);
        interceptors.add(0, interceptor);
    }
}
