package io.muster.samples.orders;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.web.client.RestClientBuilderConfigurer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/** The service {@code orders}. */
@SpringBootApplication(proxyBeanMethods = false)
public class OrdersApplication {
    /** Starts an instance. */
    public static void main(String[] args) {
        SpringApplication.run(OrdersApplication.class, args);
    }

    /** Clients built by it take the host of a URL for the name of a service. */
    @Bean
    @LoadBalanced
    RestClient.Builder restClientBuilder(RestClientBuilderConfigurer configurer) {
        return configurer.configure(RestClient.builder());
    }

    @Bean
    Inventory inventory(@LoadBalanced RestClient.Builder builder) {
        RestClient client = builder.clone().baseUrl("http://inventory").build();
        return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client))
                .build()
                .createClient(Inventory.class);
    }
}
