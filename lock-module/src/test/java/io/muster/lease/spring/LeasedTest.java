package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Eventually;
import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseEvent;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseStore.LeaseView;
import io.muster.lease.Leases;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.annotation.Transactional;

/** Two applications in one process over one database. */
@Timeout(240)
class LeasedTest {
    @Test
    void ofTwoCallsOneWorksAndTheOtherIsSkipped() {
        TestContexts.h2(Jobs.class)
                .run(one -> TestContexts.h2(Jobs.class)
                        .withPropertyValues(
                                "spring.datasource.url=" + one.getEnvironment().getProperty("spring.datasource.url"))
                        .run(other -> {
                            CountDownLatch begun = new CountDownLatch(1);
                            CountDownLatch end = new CountDownLatch(1);
                            CompletableFuture<Optional<Long>> working =
                                    CompletableFuture.supplyAsync(() -> job(one).close(() -> {
                                        begun.countDown();
                                        return end.await(60, TimeUnit.SECONDS);
                                    }));
                            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

                            assertThat(job(other).close(() -> true)).isEmpty();
                            assertThat(job(other).closeForNumber()).isEmpty();
                            assertThat(job(other).closeForText()).isNull();
                            job(other).closeForNothing(() -> {
                                throw new AssertionError("it must be skipped");
                            });
                            assertThat(next(other, LeaseEvent.Refused.class).holder())
                                    .isEqualTo(
                                            one.getBean(Leases.class).settings().holder());

                            end.countDown();
                            Long first = working.get(60, TimeUnit.SECONDS).orElseThrow();
                            Eventually.holds(
                                    "it was given back",
                                    () -> one.getBean(Leases.class)
                                            .inspect("close")
                                            .filter(LeaseView::live)
                                            .isEmpty());
                            assertThat(next(one, LeaseEvent.Acquired.class)
                                            .lease()
                                            .fencingToken())
                                    .isEqualTo(first);
                            assertThat(next(one, LeaseEvent.Released.class).name())
                                    .isEqualTo("close");
                            assertThat(job(other).close(() -> true).orElseThrow())
                                    .isGreaterThan(first);
                            assertThat(job(other).closeForText()).isEqualTo("closed");
                        }));
    }

    @Test
    void whoseLeaseIsLostIsInterruptedAndSaysSo() {
        TestContexts.inMemory(Jobs.class).run(context -> {
            Leases leases = context.getBean(Leases.class);
            assertThatThrownBy(() -> job(context).close(() -> {
                        assertThat(leases.forceRelease("close")).isTrue();
                        return new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                    }))
                    .isInstanceOf(LeaseLostException.class)
                    .hasMessageContaining("\"close\"")
                    .hasRootCauseInstanceOf(InterruptedException.class);

            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(next(context, LeaseEvent.Lost.class).reason()).isEqualTo(Lease.Loss.REVOKED);
        });
    }

    @Test
    void whatTheWorkThrowsIsThrown() {
        TestContexts.inMemory(Jobs.class).run(context -> {
            assertThatThrownBy(() -> job(context).close(() -> {
                        throw new IOException("no disk");
                    }))
                    .hasRootCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> job(context).failing()).isInstanceOf(IOException.class);
            assertThat(context.getBean(Leases.class).tryAcquire("close")).isPresent();
        });
    }

    @Test
    void aLeaseIsNotReEntrant() {
        TestContexts.inMemory(Jobs.class)
                .run(context -> assertThatThrownBy(
                                () -> job(context).close(() -> job(context).closeForText()))
                        .hasStackTraceContaining("a lease is not re-entrant"));
    }

    @Test
    void theAnnotationSaysTheTimesAndTheNameHasPlaceholders() {
        TestContexts.inMemory(Jobs.class)
                .withPropertyValues("closing.name=close-early", "closing.ttl=4s")
                .run(context -> {
                    Lease lease = job(context).configured();
                    assertThat(lease.name()).isEqualTo("close-early");
                    assertThat(lease.ttl()).hasSeconds(4);
                });
    }

    @Test
    void anAnnotationOfTheApplicationCanSayItAll() {
        TestContexts.inMemory(Jobs.class)
                .run(context -> assertThat(job(context).nightly().name()).isEqualTo("audit"));
    }

    @Test
    void aCallByAGenericInterfaceIsUnderTheLeaseOnce() {
        TestContexts.inMemory().withBean("task", TextTask.class).run(context -> {
            @SuppressWarnings("unchecked")
            Task<String> task = context.getBean("task", Task.class);
            assertThat(task.work("x")).isEqualTo(1);
        });
    }

    @Test
    void aProxyOfTheInterfacesAloneDoes() {
        TestContexts.h2()
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean("task", TransactionalTask.class)
                .run(context -> {
                    @SuppressWarnings("unchecked")
                    Task<String> task = context.getBean("task", Task.class);
                    assertThat(AopUtils.isJdkDynamicProxy(task)).isTrue();
                    assertThat(task.work("x")).isEqualTo(1);
                });
    }

    @Test
    void aMethodOfAnInterfaceThatAFactoryImplementsIsUnderTheLease() {
        TestContexts.inMemory()
                .withBean("repository", RepositoryFactory.class)
                .run(context ->
                        assertThat(context.getBean(Repository.class).purge()).isEqualTo(1));
    }

    @Test
    void aBeanOfANarrowerScopeWorksUnderItsLease() {
        TestContexts.inMemory(Scoped.class)
                .withInitializer(context -> context.getBeanFactory().registerScope("thread", new SimpleThreadScope()))
                .run(context -> assertThat(
                                context.getBean("scoped", TextTask.class).work("x"))
                        .isEqualTo(1));
    }

    @Test
    void aCallFromWithinTakesNoLease() {
        TestContexts.inMemory(Jobs.class)
                .run(context -> assertThat(job(context).fromWithin()).isZero());
    }

    private static Job job(ApplicationContext context) {
        return context.getBean(Job.class);
    }

    private static <T extends LeaseEvent> T next(ApplicationContext context, Class<T> type)
            throws InterruptedException {
        BlockingQueue<LeaseEvent> events = context.getBean(Events.class).events;
        while (true) {
            LeaseEvent event = events.poll(60, TimeUnit.SECONDS);
            assertThat(event).as("an event of %s", type).isNotNull();
            if (type.isInstance(event)) {
                return type.cast(event);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {
        @Bean
        Job job() {
            return new Job();
        }

        @Bean
        Events events() {
            return new Events();
        }
    }

    static class Events {
        final BlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();

        @EventListener
        void on(LeaseEvent event) {
            events.add(event);
        }
    }

    interface Repository {
        @Leased("purge")
        Integer purge();
    }

    /** As Spring Data does it: the proxy's target does not implement the interface. */
    static class RepositoryFactory implements FactoryBean<Repository> {
        @Override
        public Repository getObject() {
            ProxyFactory proxy = new ProxyFactory(new Object());
            proxy.setInterfaces(Repository.class);
            proxy.addAdvice(
                    (MethodInterceptor) invocation -> LeaseContext.leases().size());
            return (Repository) proxy.getProxy();
        }

        @Override
        public Class<?> getObjectType() {
            return Repository.class;
        }
    }

    interface Task<T> {
        Integer work(T input);
    }

    @Configuration(proxyBeanMethods = false)
    static class Scoped {
        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        TextTask scoped() {
            return new TextTask();
        }
    }

    static class TextTask implements Task<String> {
        @Override
        @Leased("task")
        public Integer work(String input) {
            return LeaseContext.leases().size();
        }
    }

    static class TransactionalTask implements Task<String> {
        @Override
        @Leased("task")
        @Transactional
        public Integer work(String input) {
            return LeaseContext.leases().size();
        }
    }

    /** A job of this application: when, and under which lease. */
    @Scheduled(cron = "0 0 2 * * *", zone = "UTC")
    @Leased(once = OncePer.TICK)
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Nightly {
        @AliasFor(annotation = Leased.class, attribute = "name")
        String value();
    }

    static class Job {
        @Nightly("audit")
        public Lease nightly() {
            return LeaseContext.current();
        }

        @Leased("close")
        public Optional<Long> close(Callable<?> work) {
            try {
                Object unused = work.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return Optional.of(LeaseContext.current().fencingToken());
        }

        @Leased("close")
        public @Nullable String closeForText() {
            return "closed";
        }

        @Leased("close")
        public OptionalInt closeForNumber() {
            return OptionalInt.of(1);
        }

        @Leased("close")
        void closeForNothing(Runnable work) {
            work.run();
        }

        @Leased("close")
        public void failing() throws IOException {
            throw new IOException("no disk");
        }

        @Leased(name = "${closing.name:close}", ttl = "${closing.ttl:}")
        public Lease configured() {
            return LeaseContext.current();
        }

        public int fromWithin() {
            return leases();
        }

        @Leased("close")
        public Integer leases() {
            return LeaseContext.leases().size();
        }
    }
}
