package io.muster.lease.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.lease.LeaseStore;
import io.muster.lease.http.FenceGate;
import io.muster.lease.http.FenceRule;
import io.muster.lease.http.RequireFence;
import io.muster.lease.jdbc.Databases;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.spring.Warnings;
import io.muster.lease.store.InMemoryLeaseStore;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.web.reactive.HttpHandlerAutoConfiguration;
import org.springframework.boot.autoconfigure.web.reactive.WebFluxAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurationSupport;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** What starts, what does not, and what it says then. */
class StartTest {
    private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LeaseHttpAutoConfiguration.class,
                    DispatcherServletAutoConfiguration.class,
                    WebMvcAutoConfiguration.class));
    private final WebApplicationContextRunner withStore = servlet.withBean(LeaseStore.class, InMemoryLeaseStore::new);
    private final WebApplicationContextRunner complete =
            withStore.withPropertyValues("muster.lease.http.fence=volatile");
    private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LeaseHttpAutoConfiguration.class,
                    HttpHandlerAutoConfiguration.class,
                    WebFluxAutoConfiguration.class))
            .withBean(LeaseStore.class, InMemoryLeaseStore::new)
            .withPropertyValues("muster.lease.http.fence=volatile");

    @Test
    void anApplicationWithoutGuardedEndpointsNeedsNothing() {
        servlet.run(context -> assertThat(context).hasNotFailed());
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LeaseHttpAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.web", "org.springframework.http"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aGuardedEndpointNeedsAStoreAndADurableFence() {
        servlet.withBean(Plain.class)
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("needs one LeaseStore"));
        withStore
                .withBean(Plain.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("durable fence")
                        .hasMessageContaining("muster.lease.http.fence=volatile"));
        complete.withBean(Plain.class).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void theFenceIsInTheDataSourceAndNeverAboveTheGuardedOne() throws SQLException {
        DataSource dataSource = Databases.h2();
        JdbcFence fence = JdbcFence.open(dataSource);
        withStore
                .withBean(Plain.class)
                .withBean(DataSource.class, () -> dataSource)
                .run(context -> assertThat(context).hasNotFailed());
        WebApplicationContextRunner guarded = withStore
                .withBean(Plain.class)
                .withBean(DataSource.class, () -> new FencedDataSource(dataSource, fence));
        guarded.run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("not guarded"));
        guarded.withBean(JdbcFence.class, () -> fence)
                .run(context -> assertThat(context).hasNotFailed());
        JdbcDataSource empty = new JdbcDataSource();
        empty.setURL("jdbc:h2:mem:");
        withStore
                .withBean(Plain.class)
                .withBean(DataSource.class, () -> empty)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("has no table muster_fence"));
    }

    @Test
    void anApplicationsOwnGateIsUsed() {
        servlet.withBean(Plain.class)
                .withBean(
                        "mine",
                        FenceGate.class,
                        () -> new FenceGate(
                                (resource, token) -> {},
                                resource -> 0,
                                new InMemoryLeaseStore(),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1)))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(FenceGate.class));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ReturnsCallable.class,
                ReturnsFuture.class,
                ReturnsMono.class,
                Streams.class,
                NoController.class,
                NoMethod.class,
                Composed.class,
                Hidden.class
            })
    void anEndpointThatCannotBeGuardedStopsTheStart(Class<?> type) {
        complete.withBean(type)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("@RequireFence cannot work on " + StartTest.class.getName())
                        .hasStackTraceContaining(type.getSimpleName()));
    }

    @Test
    void anAnnotationThatCannotBeMeantStopsTheStart() {
        complete.withBean(Contradictory.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("leases must be the same wherever resource \"x\" is named"));
        complete.withBean(Unprintable.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("resource must be 1 to 200 printable characters"));
    }

    @Test
    void springMvcThatTakesNoConfigurerStopsTheStart() {
        complete.withBean(Plain.class)
                .withUserConfiguration(OwnMvc.class)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("WebMvcConfigurer"));
    }

    @Test
    void webFluxNeedsAMonoOrAFlux() {
        reactive.withBean(ReturnsMono.class).run(context -> assertThat(context).hasNotFailed());
        reactive.withBean(Plain.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("cannot work on")
                        .hasStackTraceContaining("not a Mono or Flux"));
    }

    @Test
    void anApplicationsOwnSchedulerStaysTheOnlyOneThatItIsGiven() {
        reactive.withBean(ReturnsMono.class)
                .withBean("mine", Scheduler.class, Schedulers::single)
                .withBean(Scheduled.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Scheduled.class).scheduler()).isSameAs(context.getBean("mine"));
                });
        reactive.withBean(ReturnsMono.class)
                .withBean("mine", Scheduler.class, Schedulers::single, definition -> definition.setPrimary(true))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(classes = {Inheriting.class, ComposedEndpoint.class})
    void anAnnotationIsFoundOnWhatAMethodOverridesAndInAnnotationsOfTheApplication(Class<?> type) {
        complete.withBean(type).run(context -> {
            assertThat(context).hasNotFailed();
            HandlerMethod endpoint = context.getBean(RequestMappingHandlerMapping.class)
                    .getHandlerMethods()
                    .values()
                    .iterator()
                    .next();
            assertThat(context.getBean(EndpointRules.class).of(endpoint))
                    .containsExactly(new FenceRule("x", Set.of("x")));
        });
    }

    @Test
    void aSharedInterfaceDoesNotMakeItsClientAnEndpoint() {
        complete.withBean(Plain.class)
                .withBean(Shared.class, () -> new Shared() {
                    @Override
                    public String get() {
                        return "";
                    }
                })
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aRestTemplateThatMayTakeATokenAlongWhenItIsRedirectedIsWarnedOf() {
        try (Warnings warnings = new Warnings(BlockingClients.class)) {
            servlet.withPropertyValues("muster.lease.http.send-to=ledger")
                    .withBean("stock", RestTemplate.class, RestTemplate::new)
                    .withBean(
                            "own", RestTemplate.class, () -> new RestTemplate(new SimpleClientHttpRequestFactory() {}))
                    .run(context -> assertThat(context).hasNotFailed());
            assertThat(warnings.messages()).singleElement().asString().contains("RestTemplate \"own\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "send-to, http://ledger, muster.lease.http.send-to must be",
        "store-timeout, 0s, muster.lease.http.store-timeout must be from PT0.01S to PT1M but was PT0S",
        "idle-limit, 2h, muster.lease.http.idle-limit must be from PT1S to PT1H but was PT2H",
        "fence, soft, soft"
    })
    void aPropertyThatBreaksItsRuleStopsTheStart(String property, String value, String message) {
        complete.withPropertyValues("muster.lease.http." + property + "=" + value)
                .withBean(RestClient.Builder.class, RestClient::builder)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(message));
    }

    record Scheduled(Scheduler scheduler) {}

    @RestController
    static class Plain {
        @GetMapping("/plain")
        @RequireFence("plain")
        String get() {
            return "";
        }
    }

    @RestController
    @RequireFence("x")
    static class ReturnsCallable {
        @GetMapping("/x")
        Callable<String> get() {
            return () -> "";
        }
    }

    @RestController
    static class ReturnsFuture {
        @GetMapping("/x")
        @RequireFence("x")
        CompletableFuture<String> get() {
            return CompletableFuture.completedFuture("");
        }
    }

    @RestController
    static class ReturnsMono {
        @GetMapping("/x")
        @RequireFence("x")
        Mono<String> get() {
            return Mono.just("");
        }
    }

    @RestController
    static class Streams {
        @GetMapping("/x")
        @RequireFence("x")
        ResponseEntity<StreamingResponseBody> get() {
            return ResponseEntity.ok(out -> {});
        }
    }

    @RequireFence("x")
    static class NoController {
        String get() {
            return "";
        }
    }

    @RestController
    static class NoMethod {
        @RequireFence("x")
        String get() {
            return "";
        }
    }

    @RequireFence("x")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Guarded {}

    @RestController
    static class Composed {
        @GetMapping("/x")
        String get() {
            return inner();
        }

        @Guarded
        String inner() {
            return "";
        }
    }

    @RestController
    static class ComposedEndpoint {
        @GetMapping("/x")
        @Guarded
        String get() {
            return "";
        }
    }

    @RestController
    static class Hidden {
        @GetMapping("/x")
        String get() {
            return inner();
        }

        @RequireFence("x")
        private String inner() {
            return "";
        }
    }

    @RestController
    @RequireFence("x")
    static class Contradictory {
        @GetMapping("/x")
        @RequireFence(value = "x", leases = "y")
        String get() {
            return "";
        }
    }

    @RestController
    @RequireFence("\n")
    static class Unprintable {
        @GetMapping("/x")
        String get() {
            return "";
        }
    }

    abstract static class Base<T> {
        @RequireFence("x")
        abstract String get(T key);
    }

    @RestController
    static class Inheriting extends Base<String> {
        @Override
        @GetMapping("/inheriting/{key}")
        String get(@PathVariable String key) {
            return key;
        }
    }

    @RequireFence("x")
    interface Shared {
        String get();
    }

    static class OwnMvc extends WebMvcConfigurationSupport {}
}
