package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.spring.http.JobOfAnotherPackage;
import jakarta.annotation.PostConstruct;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.PriorityOrdered;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An annotation that cannot work stops the start, with the class, the method and the reason. */
class StartErrorsTest {
    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(new FinalMethod(), "FinalMethod.work() must not be final with @Leased"),
                Arguments.of(new PrivateMethod(), "PrivateMethod.work() must not be private with @Leased"),
                Arguments.of(new StaticMethod(), "StaticMethod.work() must not be static with @LeaderOnly"),
                Arguments.of(new FinalClass(), "FinalClass.work() must not be in a final class with @Leased"),
                Arguments.of(new AsyncMethod(), "AsyncMethod.work() must not be @Async with @Leased"),
                Arguments.of(new AsyncClass(), "AsyncClass.work() must not be @Async with @Leased"),
                Arguments.of(new FutureResult(), "FutureResult.work() must not be one that answers a Future"),
                Arguments.of(new StageResult(), "StageResult.work() must not be one that answers a CompletableFuture"),
                Arguments.of(new MonoResult(), "MonoResult.work() must not be one that answers a Mono"),
                Arguments.of(new FluxResult(), "FluxResult.work() must not be one that answers a Flux"),
                Arguments.of(new PublisherResult(), "PublisherResult.work() must not be one that answers a Publisher"),
                Arguments.of(new StreamResult(), "StreamResult.work() must not be one that answers a Stream"),
                Arguments.of(
                        new HiddenMethod(),
                        "HiddenMethod.work() must not be visible only in the package of a superclass with @Leased"),
                Arguments.of(
                        new AfterConstruction(),
                        "AfterConstruction.work() must not be a callback of the bean's life cycle with @Leased"),
                Arguments.of(
                        new Initializing(),
                        "Initializing.afterPropertiesSet() must not be a callback of the bean's life cycle"),
                Arguments.of(
                        new PrimitiveResult(), "PrimitiveResult.work() must not be primitive with @Leased but was int"),
                Arguments.of(new Both(), "Both.work() must have @Leased or @LeaderOnly but had both"),
                Arguments.of(new NoName(), "NoName.work() cannot be used: name must be 1 to 200 printable characters"),
                Arguments.of(
                        new BadTtl(),
                        "BadTtl.work() cannot be used: ttl must be a duration such as 15s but was \"soon\""),
                Arguments.of(new ShortTtl(), "ShortTtl.work() cannot work: ttl must be from PT1S"),
                Arguments.of(new ShortRoleTtl(), "ShortRoleTtl.work() cannot work: ttl must be from PT1S"),
                Arguments.of(
                        new BadMaxHold(), "BadMaxHold.work() cannot be used: maxHold must be positive but was PT-1S"),
                Arguments.of(
                        new NoFence(),
                        "NoFence.work() cannot work: resources must be empty where no fence is configured"),
                Arguments.of(new NoFenceForRole(), "NoFenceForRole.work() cannot work: resources must be empty"),
                Arguments.of(new TwoTtls(), "ttl and resources must be the same for all methods of role \"reports\""),
                Arguments.of(
                        new TickWithoutCron(),
                        "TickWithoutCron.work() must be scheduled by cron alone with once = TICK"),
                Arguments.of(new TickOfRate(), "TickOfRate.work() must be scheduled by cron alone with once = TICK"),
                Arguments.of(new BadCron(), "BadCron.work() cannot be used: Cron expression must consist of 6 fields"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theStartFails(Object bean, String message) {
        startFails(bean, message);
        // A lazy bean is not there yet when the application starts.
        startFails(bean, message, definition -> definition.setLazyInit(true));
    }

    private static <T> void startFails(T bean, String message, BeanDefinitionCustomizer... customizers) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) bean.getClass();
        TestContexts.inMemory().withBean("job", type, () -> bean, customizers).run(context -> {
            assertThat(context).hasFailed();
            LeaseSetupException cause = setupException(context.getStartupFailure());
            assertThat(cause).hasMessageContaining(message);
            FailureAnalysis analysis = new LeaseSetupFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).contains(message);
            assertThat(analysis.getAction()).endsWith(".");
        });
    }

    private static @Nullable LeaseSetupException setupException(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LeaseSetupException found) {
                return found;
            }
        }
        return null;
    }

    @Test
    void aBeanThatIsMadeBeforeThereAreProxiesStopsTheStart() {
        TestContexts.inMemory(TooEarly.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(setupException(context.getStartupFailure()))
                    .hasMessageContaining("bean \"early\"")
                    .hasMessageContaining("must have a proxy");
        });
    }

    @Test
    void aReadyMadeObjectStopsTheStart() {
        TestContexts.inMemory()
                .withInitializer(context -> context.getBeanFactory().registerSingleton("early", new Early()))
                .run(context -> assertThat(setupException(context.getStartupFailure()))
                        .hasMessageContaining("bean \"early\"")
                        .hasMessageContaining("was registered as a ready-made object"));
    }

    @Test
    void anInterfaceOfALazyBeanDoesNotHideWhatCannotWork() {
        TestContexts.inMemory()
                .withBean("job", Runnable.class, FinalRun::new, definition -> definition.setLazyInit(true))
                .run(context -> assertThatThrownBy(() -> context.getBean("job"))
                        .hasStackTraceContaining("FinalRun.run() must not be final with @LeaderOnly"));
    }

    @Test
    void thereAreNoErrorsWhereLeasesAreOff() {
        TestContexts.inMemory()
                .withPropertyValues("muster.lease.enabled=false")
                .withBean(FinalMethod.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    static class FinalMethod {
        @Leased("a")
        public final void work() {}
    }

    static class PrivateMethod {
        void call() {
            work();
        }

        @Leased("a")
        private void work() {}
    }

    static class StaticMethod {
        @LeaderOnly("a")
        public static void work() {}
    }

    static final class FinalClass {
        @Leased("a")
        public void work() {}
    }

    static class AsyncMethod {
        @Async
        @Leased("a")
        public void work() {}
    }

    @Async
    static class AsyncClass {
        @Leased("a")
        public void work() {}
    }

    static class FutureResult {
        @Leased("a")
        public Future<String> work() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class StageResult {
        @LeaderOnly("a")
        public CompletableFuture<String> work() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class MonoResult {
        @Leased("a")
        public Mono<String> work() {
            return Mono.empty();
        }
    }

    static class FluxResult {
        @LeaderOnly("a")
        public Flux<String> work() {
            return Flux.empty();
        }
    }

    static class PublisherResult {
        @Leased("a")
        public Flow.Publisher<String> work() {
            return subscriber -> {};
        }
    }

    static class StreamResult {
        @Leased("a")
        public Stream<String> work() {
            return Stream.of("");
        }
    }

    static class HiddenMethod extends JobOfAnotherPackage {}

    static class AfterConstruction {
        @PostConstruct
        @Leased("a")
        public void work() {}
    }

    static class Initializing implements InitializingBean {
        @Override
        @Leased("a")
        public void afterPropertiesSet() {}
    }

    static class FinalRun implements Runnable {
        @Override
        @LeaderOnly("a")
        public final void run() {}
    }

    static class PrimitiveResult {
        @Leased("a")
        public int work() {
            return 1;
        }
    }

    static class Both {
        @Leased("a")
        @LeaderOnly("b")
        public void work() {}
    }

    static class NoName {
        @Leased
        public void work() {}
    }

    static class BadTtl {
        @Leased(name = "a", ttl = "soon")
        public void work() {}
    }

    static class ShortTtl {
        @Leased(name = "a", ttl = "900ms")
        public void work() {}
    }

    static class ShortRoleTtl {
        @LeaderOnly(role = "a", ttl = "900ms")
        public void work() {}
    }

    static class BadMaxHold {
        @Leased(name = "a", maxHold = "-1s")
        public void work() {}
    }

    static class NoFence {
        @Leased(name = "a", resources = "invoices")
        public void work() {}
    }

    static class NoFenceForRole {
        @LeaderOnly(role = "a", resources = "invoices")
        public void work() {}
    }

    static class TwoTtls {
        @LeaderOnly(role = "reports", ttl = "5s")
        public void work() {}

        @LeaderOnly("reports")
        public void more() {}
    }

    static class TickWithoutCron {
        @Leased(name = "a", once = OncePer.TICK)
        public void work() {}
    }

    static class TickOfRate {
        @Scheduled(fixedRate = 1000)
        @Leased(name = "a", once = OncePer.TICK)
        public void work() {}
    }

    static class BadCron {
        @Scheduled(cron = "0 0 2 * *")
        @Leased(name = "a", once = OncePer.TICK)
        public void work() {}
    }

    static class Early {
        @Leased("a")
        public void work() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class TooEarly {
        @Bean
        static Early early() {
            return new Early();
        }

        @Bean
        static Impatient impatient(Early early) {
            return new Impatient(early);
        }
    }

    /** Comes before all who make proxies. */
    private record Impatient(Early early) implements BeanPostProcessor, PriorityOrdered {
        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }
    }
}
