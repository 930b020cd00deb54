package io.muster.client.spring.loadbalancer;

import java.net.http.HttpClient;
import java.time.Duration;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.http.RequestEntity;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.annotation.PutExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.util.DefaultUriBuilderFactory;

/** Each kind of client that can be balanced, behind one face. */
enum ClientKind {
    REST_TEMPLATE_JDK,
    REST_TEMPLATE_SIMPLE,
    REST_CLIENT_JDK,
    REST_CLIENT_SIMPLE,
    WEB_CLIENT_REACTOR,
    WEB_CLIENT_JDK,
    INTERFACE_OVER_REST_CLIENT,
    INTERFACE_OVER_WEB_CLIENT;

    /** How long clients wait for a response, unless {@code test.read-timeout} says otherwise. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    /** Sends a request and reads the whole response as text. */
    @FunctionalInterface
    interface Caller {
        String call(HttpMethod method, String path, String body);

        default String get() {
            return call(HttpMethod.GET, "/x", "");
        }
    }

    /** A caller of that service. */
    Caller of(BeanFactory beans, String service) {
        String base = "http://" + service;
        return switch (this) {
            case REST_TEMPLATE_JDK -> template(beans.getBean("jdkTemplate", RestTemplate.class), base);
            case REST_TEMPLATE_SIMPLE -> template(beans.getBean("simpleTemplate", RestTemplate.class), base);
            case REST_CLIENT_JDK -> restClient(builder(beans, jdkFactory(timeout(beans))), base);
            case REST_CLIENT_SIMPLE -> restClient(builder(beans, simpleFactory(timeout(beans))), base);
            case WEB_CLIENT_REACTOR ->
                webClient(webClient(beans, false, timeout(beans)).build(), base, timeout(beans));
            case WEB_CLIENT_JDK ->
                webClient(webClient(beans, true, timeout(beans)).build(), base, timeout(beans));
            case INTERFACE_OVER_REST_CLIENT ->
                overInterface(HttpServiceProxyFactory.builderFor(
                                RestClientAdapter.create(builder(beans, jdkFactory(timeout(beans)))
                                        .baseUrl(base)
                                        .build()))
                        .build()
                        .createClient(Things.class));
            case INTERFACE_OVER_WEB_CLIENT ->
                overInterface(HttpServiceProxyFactory.builderFor(
                                WebClientAdapter.create(webClient(beans, false, timeout(beans))
                                        .baseUrl(base)
                                        .build()))
                        .build()
                        .createClient(Things.class));
        };
    }

    private static Duration timeout(BeanFactory beans) {
        return beans.getBean(Environment.class).getProperty("test.read-timeout", Duration.class, READ_TIMEOUT);
    }

    boolean isReactive() {
        return this == WEB_CLIENT_REACTOR || this == WEB_CLIENT_JDK || this == INTERFACE_OVER_WEB_CLIENT;
    }

    /** Whether it takes a body that ends too early for the whole one: HttpURLConnection does. */
    boolean isTruncationSilent() {
        return this == REST_TEMPLATE_SIMPLE || this == REST_CLIENT_SIMPLE;
    }

    static ClientHttpRequestFactory jdkFactory(Duration timeout) {
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
        factory.setReadTimeout(timeout);
        return factory;
    }

    static ClientHttpRequestFactory simpleFactory(Duration timeout) {
        SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
        factory.setReadTimeout(timeout);
        return factory;
    }

    static RestClient.Builder builder(BeanFactory beans, ClientHttpRequestFactory factory) {
        return beans.getBean(RestClient.Builder.class).requestFactory(factory);
    }

    static WebClient.Builder webClient(BeanFactory beans, boolean jdk, Duration timeout) {
        JdkClientHttpConnector jdkConnector = new JdkClientHttpConnector(
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
        jdkConnector.setReadTimeout(timeout);
        return beans.getBean(WebClient.Builder.class)
                .clientConnector(
                        jdk
                                ? jdkConnector
                                : new ReactorClientHttpConnector(reactor.netty.http.client.HttpClient.create()
                                        .responseTimeout(timeout)));
    }

    private static Caller template(RestTemplate template, String base) {
        template.setUriTemplateHandler(new DefaultUriBuilderFactory());
        return (method, path, body) -> template.exchange(
                        RequestEntity.method(method, base + path).body(body), String.class)
                .getBody();
    }

    private static Caller restClient(RestClient.Builder builder, String base) {
        RestClient client = builder.build();
        return (method, path, body) -> {
            RestClient.RequestBodySpec request = client.method(method).uri(base + path);
            return (body.isEmpty() ? request : request.body(body)).retrieve().body(String.class);
        };
    }

    private static Caller webClient(WebClient client, String base, Duration timeout) {
        return (method, path, body) -> {
            WebClient.RequestBodySpec request = client.method(method).uri(base + path);
            return (body.isEmpty() ? request : request.bodyValue(body))
                    .retrieve()
                    .bodyToMono(String.class)
                    .block(timeout.plusSeconds(10));
        };
    }

    private static Caller overInterface(Things things) {
        return (method, path, body) -> {
            String name = path.substring(1);
            if (method.equals(HttpMethod.GET)) {
                return things.get(name);
            }
            return method.equals(HttpMethod.PUT) ? things.put(name, body) : things.post(name, body);
        };
    }

    @HttpExchange
    interface Things {
        @GetExchange("/{name}")
        String get(@PathVariable("name") String name);

        @PostExchange("/{name}")
        String post(@PathVariable("name") String name, @RequestBody String body);

        @PutExchange("/{name}")
        String put(@PathVariable("name") String name, @RequestBody String body);
    }

    /** The balanced beans that an application declares. */
    @Configuration(proxyBeanMethods = false)
    static class Beans {
        @Bean
        @LoadBalanced
        RestTemplate jdkTemplate(BeanFactory beans) {
            return new RestTemplate(jdkFactory(timeout(beans)));
        }

        @Bean
        @LoadBalanced
        RestTemplate simpleTemplate(BeanFactory beans) {
            return new RestTemplate(simpleFactory(timeout(beans)));
        }

        @Bean
        @LoadBalanced
        @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
        RestClient.Builder balancedRestClientBuilder() {
            return RestClient.builder();
        }

        @Bean
        @LoadBalanced
        @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
        WebClient.Builder balancedWebClientBuilder() {
            return WebClient.builder();
        }
    }
}
