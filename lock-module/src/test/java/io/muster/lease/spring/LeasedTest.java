package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseEvent;
import io.muster.lease.LeaseLostException;
import io.muster.lease.Leases;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** Two applications in one process over one database. */
@Timeout(120)
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
            LeaseEvent event = events.poll(30, TimeUnit.SECONDS);
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

    static class Job {
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
