package io.muster.client.spring.loadbalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.muster.api.InstanceStatus;
import io.muster.client.ClientConfig;
import io.muster.client.RegistryClient;
import io.muster.client.TestViews;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Outcome;
import io.muster.lb.Strategy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.BlockingLoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.RestTemplateCustomizer;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancedExchangeFilterFunction;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerBeanPostProcessorAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerExchangeFilterFunction;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.config.LoadBalancerAutoConfiguration;
import org.springframework.cloud.loadbalancer.core.RandomLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ReactorLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.loadbalancer.support.ServiceInstanceListSuppliers;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

class MusterLoadBalancerAutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LoadBalancerAutoConfiguration.class,
                    BlockingLoadBalancerClientAutoConfiguration.class,
                    org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration.class,
                    ReactorLoadBalancerClientAutoConfiguration.class,
                    LoadBalancerBeanPostProcessorAutoConfiguration.class,
                    MusterLoadBalancerAutoConfiguration.class))
            .withBean(
                    RegistryClient.class,
                    () -> RegistryClient.create(ClientConfig.of(URI.create("http://127.0.0.1:1"))));

    @Test
    void balancesAllClientsByDefault() {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(BlockingLoadBalancerInterceptor.class)).isInstanceOf(BalancingInterceptor.class);
            assertThat(context.getBean(LoadBalancedExchangeFilterFunction.class))
                    .isInstanceOf(BalancingFilter.class);
            assertThat(context).hasSingleBean(ReactorLoadBalancerExchangeFilterFunction.class);
            assertThat(context).hasSingleBean(RestTemplateCustomizer.class);
            assertThat(context).hasSingleBean(ServiceBalancers.class);
            assertThat(chooser(context, "orders")).isInstanceOf(ViewLoadBalancer.class);
        });
    }

    @Test
    void hasTheDocumentedDefaults() {
        runner.run(context -> {
            MusterLoadBalancerProperties properties = context.getBean(MusterLoadBalancerProperties.class);
            assertThat(properties.enabled()).isTrue();
            assertThat(properties.strategy()).isEqualTo("power-of-two-choices");
            assertThat(properties.firstViewTimeout()).isEqualTo(Duration.ofSeconds(2));
            assertThat(properties.retry()).isEqualTo(new MusterLoadBalancerProperties.Retry(true, 3, 20, 10));
            assertThat(properties.services()).isEmpty();
        });
    }

    @Test
    void takesWhatDiffersForSingleServices() {
        runner.withPropertyValues(
                        "muster.load-balancer.strategy=round-robin",
                        "muster.load-balancer.retry.max-attempts=5",
                        "muster.load-balancer.services.big-stock.strategy=power-of-two-choices",
                        "muster.load-balancer.services.big-stock.retry.budget-percent=50")
                .run(context -> {
                    MusterLoadBalancerProperties properties = context.getBean(MusterLoadBalancerProperties.class);
                    assertThat(properties.of("orders").strategy()).isEqualTo("round-robin");
                    assertThat(properties.of("big-stock").strategy()).isEqualTo("power-of-two-choices");
                    assertThat(properties.of("orders").retry())
                            .isEqualTo(new MusterLoadBalancerProperties.Retry(true, 5, 20, 10));
                    assertThat(properties.of("big-stock").retry())
                            .isEqualTo(new MusterLoadBalancerProperties.Retry(true, 5, 50, 10));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "muster.load-balancer.strategy, fastest, round-robin| weighted-random| weighted-round-robin] but was fastest",
        "muster.load-balancer.services.orders.strategy, best, round-robin| weighted-random| weighted-round-robin] but was best",
        "muster.load-balancer.first-view-timeout, 2m, must be between 0s and 1m but was PT2M",
        "muster.load-balancer.retry.max-attempts, 0, must be between 1 and 10 but was 0",
        "muster.load-balancer.retry.budget-percent, 101, must be between 0 and 100 but was 101",
        "muster.load-balancer.retry.budget-min-per-second, -1, must be between 0 and 10000 but was -1",
        "muster.load-balancer.services.orders.retry.max-attempts, 11, must be between 1 and 10 but was 11",
        "muster.load-balancer.services.My_Orders.strategy, round-robin, must be a DNS label",
        "muster.load-balancer.retry.enabled, perhaps, perhaps",
        "muster.load-balancer.choices, 11, must be between 1 and 10 but was 11",
        "muster.load-balancer.load-factor, 1, must be above 1 and at most 100 but was 1.0",
        "muster.load-balancer.services.orders.load-factor, 101, must be above 1 and at most 100 but was 101.0",
        "muster.load-balancer.strategy, maglev, muster.load-balancer.hash must have one of header| cookie| query| path and bean| for strategy maglev",
        "muster.load-balancer.services.orders.strategy, consistent-hashing, muster.load-balancer.services.orders.hash must have one of",
        "muster.load-balancer.hash.path, /users/**, must be a pattern with one variable| such as /users/{id}/**| but was /users/**",
        "muster.load-balancer.hash.bean, mine, muster.load-balancer.hash.bean must be one of [] but was mine",
        "muster.load-balancer.slow-start.window, 2h, slow-start.window must be between PT0S and PT1H but was PT2H",
        "muster.load-balancer.outlier.interval, 1ms, outlier.interval must be between PT0.1S and PT10M but was PT0.001S",
        "muster.load-balancer.subset.size, -1, subset.size must be between 0 and 100000 but was -1",
        "muster.load-balancer.zone.min-instances, 0, muster.load-balancer.zone.min-instances must be between 1 and 100000 but was 0",
        "muster.load-balancer.routes.canary.percent, 5, routes.*.metadata must be at least one entry but was {}"
    })
    void failsTheStartByNamingPropertyAndValue(String property, String value, String text) {
        runner.withPropertyValues(property + "=" + value).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure()).hasStackTraceContaining(text.replace('|', ','));
        });
    }

    @Test
    void failsTheStartWhenRoutesTakeMoreThanAll() {
        runner.withPropertyValues(
                        "muster.load-balancer.routes.a.metadata.version=1",
                        "muster.load-balancer.routes.a.percent=80",
                        "muster.load-balancer.routes.b.metadata.version=2",
                        "muster.load-balancer.routes.b.percent=20.5")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(context.getStartupFailure())
                            .hasStackTraceContaining(
                                    "muster.load-balancer.routes.*.percent must add up to at most 100 but was 100.5");
                });
    }

    @Test
    void choosesStrategiesThatAreBeansByTheirNames() {
        runner.withBean("nearest", Strategy.class, LoadBalancers::roundRobin)
                .withPropertyValues("muster.load-balancer.services.orders.strategy=nearest")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    ServiceBalancers balancers = context.getBean(ServiceBalancers.class);
                    balancers.balancer("orders");
                    balancers.balancer("carts");
                    assertThat(Objects.requireNonNull(balancers.reports().get("orders"))
                                    .strategy())
                            .isEqualTo("nearest");
                    assertThat(Objects.requireNonNull(balancers.reports().get("carts"))
                                    .strategy())
                            .isEqualTo("power-of-two-choices");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "muster.load-balancer.enabled=false",
                "spring.cloud.loadbalancer.enabled=false",
                "spring.cloud.discovery.enabled=false"
            })
    void staysAwayWhenTurnedOff(String property) {
        runner.withPropertyValues(property).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context).doesNotHaveBean(ServiceBalancers.class);
            assertThat(context).doesNotHaveBean(BalancingInterceptor.class);
            assertThat(context).doesNotHaveBean(BalancingFilter.class);
        });
    }

    @Test
    void staysAwayWithoutARegistry() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LoadBalancerAutoConfiguration.class, MusterLoadBalancerAutoConfiguration.class))
                .run(context -> assertThat(context).doesNotHaveBean(ServiceBalancers.class));
    }

    @Test
    void worksWithoutWebClient() {
        runner.withClassLoader(new FilteredClassLoader(WebClient.class, ExchangeFunction.class, ClientRequest.class))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(BlockingLoadBalancerInterceptor.class))
                            .isInstanceOf(BalancingInterceptor.class);
                });
    }

    @Test
    void worksWithoutMicrometer() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ServiceBalancers.class));
    }

    @Test
    void takesNoPartInSpringsRetries() {
        runner.withPropertyValues("spring.cloud.loadbalancer.retry.enabled=true")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(LoadBalancedExchangeFilterFunction.class))
                            .isInstanceOf(BalancingFilter.class);
                    assertThat(context.getBean(BlockingLoadBalancerInterceptor.class))
                            .isInstanceOf(BalancingInterceptor.class);
                });
    }

    @Test
    void leavesTheFieldToTheApplicationsBeans() {
        runner.withBean("mine", LoadBalancedExchangeFilterFunction.class, () -> new Filter())
                .withBean("balancers", ServiceBalancers.class, () -> balancers(new TestViews()))
                .run(context -> {
                    assertThat(context).doesNotHaveBean(BalancingFilter.class);
                    assertThat(context).hasSingleBean(ServiceBalancers.class);
                    assertThat(context).hasBean("balancers");
                });
        BlockingLoadBalancerInterceptor mine = (request, body, execution) -> execution.execute(request, body);
        runner.withBean(
                        "mine",
                        BlockingLoadBalancerInterceptor.class,
                        () -> mine,
                        definition -> definition.setPrimary(true))
                .run(context -> {
                    assertThat(context).doesNotHaveBean(BalancingInterceptor.class);
                    assertThat(context.getBean(BlockingLoadBalancerInterceptor.class))
                            .isSameAs(mine);
                });
        RestTemplateCustomizer customizer = template -> {};
        runner.withBean("mine", RestTemplateCustomizer.class, () -> customizer)
                .run(context -> assertThat(context.getBean(RestTemplateCustomizer.class))
                        .isSameAs(customizer));
    }

    @Test
    void leavesAServiceToTheApplicationsBalancer() {
        runner.withUserConfiguration(OwnBalancerForOrders.class).run(context -> {
            assertThat(chooser(context, "orders")).isInstanceOf(RandomLoadBalancer.class);
            assertThat(chooser(context, "carts")).isInstanceOf(ViewLoadBalancer.class);
        });
    }

    @Test
    void leavesAllServicesToTheApplicationsBalancerOrList() {
        runner.withUserConfiguration(OwnBalancerForAll.class)
                .run(context -> assertThat(chooser(context, "orders")).isInstanceOf(RandomLoadBalancer.class));
        runner.withUserConfiguration(OwnListForAll.class)
                .run(context -> assertThat(chooser(context, "orders")).isInstanceOf(RoundRobinLoadBalancer.class));
    }

    @Test
    void leavesAServiceToAListOfSpringsThatWasAskedFor() {
        runner.withPropertyValues("spring.cloud.loadbalancer.clients.orders.configurations=zone-preference")
                .run(context -> {
                    assertThat(chooser(context, "orders")).isInstanceOf(RoundRobinLoadBalancer.class);
                    assertThat(chooser(context, "carts")).isInstanceOf(ViewLoadBalancer.class);
                });
    }

    @Test
    void callsInstancesOfAListThatTheApplicationBrought() {
        try (Backend backend = new Backend("static", Backend.Behaviour.ANSWER)) {
            runner.withUserConfiguration(OwnListForAll.class, ClientKind.Beans.class)
                    .withPropertyValues("static.port=" + backend.port())
                    .run(context -> {
                        for (ClientKind kind : ClientKind.values()) {
                            assertThat(kind.of(context, "whatever").get()).isEqualTo("static");
                        }
                    });
        }
    }

    @Test
    void givesTheViewToSpringsOwnBalancersAndCountsTheirCalls() {
        TestViews views = new TestViews();
        try (Backend backend = new Backend("viewed", Backend.Behaviour.ANSWER)) {
            views.publish("orders", List.of(TestViews.instance("o-1", backend.port(), InstanceStatus.UP)));
            runner.withBean(ServiceBalancers.class, () -> balancers(views))
                    .withUserConfiguration(OwnBalancerForAll.class, ClientKind.Beans.class)
                    .run(context -> {
                        assertThat(ClientKind.REST_CLIENT_JDK
                                        .of(context, "orders")
                                        .get())
                                .isEqualTo("viewed");
                        BalancerReport report = Objects.requireNonNull(context.getBean(ServiceBalancers.class)
                                .reports()
                                .get("orders"));
                        assertThat(report.requests()).containsEntry(Outcome.SUCCESS, 1L);
                    });
        }
    }

    @Test
    void choosesAnotherInstanceForSpringsRetries() {
        TestViews views = new TestViews();
        views.publish(
                "orders",
                List.of(
                        TestViews.instance("o-1", 1, InstanceStatus.UP),
                        TestViews.instance("o-2", 2, InstanceStatus.UP),
                        TestViews.instance("o-3", 3, InstanceStatus.DRAINING)));
        runner.withBean(ServiceBalancers.class, () -> balancers(views)).run(context -> {
            LoadBalancerClient client = context.getBean(LoadBalancerClient.class);
            ServiceInstance first = client.choose("orders");
            Set<String> others = new TreeSet<>();
            for (int i = 0; i < 20; i++) {
                others.add(client.choose("orders", new DefaultRequest<>(new RetryableRequestContext(first)))
                        .getInstanceId());
            }
            assertThat(others).hasSize(1).doesNotContain(first.getInstanceId(), "o-3");
        });
    }

    @Test
    void bringsItsMetersWhetherOrNotARegistryIsThereAlready() {
        runner.run(context -> assertThat(context.getBean(MeterBinder.class)).isInstanceOf(LoadBalancerMeters.class));
    }

    @Test
    void leavesClientsThatAreNotBalancedAlone() {
        runner.withBean("plain", RestClient.Builder.class, RestClient::builder)
                .run(context -> context.getBean(RestClient.Builder.class)
                        .requestInterceptors(
                                interceptors -> assertThat(interceptors).isEmpty()));
    }

    private static @Nullable Object chooser(ApplicationContext context, String service) {
        return context.getBean(LoadBalancerClientFactory.class).getInstance(service);
    }

    private static ServiceBalancers balancers(TestViews views) {
        MusterLoadBalancerProperties properties = new Binder(new MapConfigurationPropertySource())
                .bindOrCreate("muster.load-balancer", MusterLoadBalancerProperties.class);
        return new ServiceBalancers(
                views::view,
                properties,
                new Strategies(properties, java.util.Map.of(), new HashKeys(java.util.Map.of())),
                CallerPlace.NOWHERE,
                refused -> {},
                System::nanoTime);
    }

    private static final class Filter implements LoadBalancedExchangeFilterFunction {
        @Override
        public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
            return next.exchange(request);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @org.springframework.cloud.loadbalancer.annotation.LoadBalancerClient(
            name = "orders",
            configuration = RandomBalancer.class)
    static class OwnBalancerForOrders {}

    @Configuration(proxyBeanMethods = false)
    @LoadBalancerClients(defaultConfiguration = RandomBalancer.class)
    static class OwnBalancerForAll {}

    @Configuration(proxyBeanMethods = false)
    @LoadBalancerClients(defaultConfiguration = StaticList.class)
    static class OwnListForAll {}

    static class RandomBalancer {
        @Bean
        ReactorLoadBalancer<ServiceInstance> randomBalancer(
                Environment environment, LoadBalancerClientFactory factory) {
            String service = String.valueOf(LoadBalancerClientFactory.getName(environment));
            return new RandomLoadBalancer(factory.getLazyProvider(service, ServiceInstanceListSupplier.class), service);
        }
    }

    static class StaticList {
        @Bean
        ServiceInstanceListSupplier staticList(Environment environment) {
            String service = String.valueOf(LoadBalancerClientFactory.getName(environment));
            int port = environment.getProperty("static.port", Integer.class, 1);
            return ServiceInstanceListSuppliers.from(
                    service, new DefaultServiceInstance("s-1", service, "127.0.0.1", port, false));
        }
    }
}
