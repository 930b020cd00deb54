package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.Eventually;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseEvent;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

@Timeout(240)
class LeaderOnlyTest {
    private static ApplicationContextRunner beside(ApplicationContext other, Class<?> configuration) {
        return TestContexts.h2(configuration)
                .withPropertyValues(
                        "spring.datasource.url=" + other.getEnvironment().getProperty("spring.datasource.url"));
    }

    @Test
    void oneLeadsAndTheOtherFollowsWhenItCloses() {
        TestContexts.h2(Reports.class).run(one -> {
            long first = next(one, LeaseEvent.Elected.class).lease().fencingToken();
            beside(one, Reports.class).run(other -> {
                Role leader = one.getBean(Role.class);
                Role follower = other.getBean(Role.class);
                assertThat(leader.token()).contains(first);
                assertThat(follower.token()).isEmpty();

                one.getSourceApplicationContext().close();

                assertThat(leader.events().poll(60, TimeUnit.SECONDS)).isInstanceOf(LeaseEvent.Deposed.class);
                LeaseEvent.Elected elected = next(other, LeaseEvent.Elected.class);
                assertThat(elected.lease().fencingToken()).isGreaterThan(first);
                assertThat(follower.token()).contains(elected.lease().fencingToken());
            });
        });
    }

    @Test
    void aStopGivesTheLeadershipBackAndAStartRunsAgain() {
        TestContexts.h2(Reports.class).run(context -> {
            Role role = context.getBean(Role.class);
            Leases leases = context.getBean(Leases.class);
            LeaseEvent.Elected first = next(context, LeaseEvent.Elected.class);

            context.getSourceApplicationContext().stop();
            assertThat(next(context, LeaseEvent.Deposed.class).lease()).isSameAs(first.lease());
            assertThat(role.token()).isEmpty();
            Eventually.holds(
                    "it is given back",
                    () -> !leases.inspect("reports").orElseThrow().live());

            context.getSourceApplicationContext().start();
            LeaseEvent.Elected second = next(context, LeaseEvent.Elected.class);
            assertThat(role.token()).contains(second.lease().fencingToken());
        });
    }

    @Test
    void aLazyBeansRoleIsRunForFromTheStart() {
        TestContexts.inMemory(Events.class)
                .withBean(Role.class, Role::new, definition -> definition.setLazyInit(true))
                .run(context -> {
                    LeaseEvent event = context.getBean(Events.class).events.poll(60, TimeUnit.SECONDS);
                    assertThat(event).isInstanceOf(LeaseEvent.Elected.class);
                    assertThat(context.getBean(Role.class).token()).isPresent();
                });
    }

    @Test
    void aRoleThatTheStartCouldNotSeeIsRunForFromTheFirstCall() {
        AtomicLong token = new AtomicLong();
        TestContexts.inMemory(Events.class)
                .withBean("report", Runnable.class, () -> new Unseen(token), definition -> definition.setLazyInit(true))
                .run(context -> {
                    BlockingQueue<LeaseEvent> events = context.getBean(Events.class).events;
                    Runnable report = context.getBean("report", Runnable.class);
                    assertThat(events).isEmpty();
                    report.run();
                    LeaseEvent event = events.poll(60, TimeUnit.SECONDS);
                    assertThat(event).isInstanceOf(LeaseEvent.Elected.class);
                    report.run();
                    assertThat(token).hasPositiveValue();
                });
    }

    @Test
    void aRoleThatTheStartCouldNotSeeMustWorkAsAnyOther() {
        TestContexts.inMemory()
                .withBean(
                        "report", Runnable.class, UnseenWithResources::new, definition -> definition.setLazyInit(true))
                .run(context -> {
                    Runnable report = context.getBean("report", Runnable.class);
                    for (int i = 0; i < 2; i++) {
                        assertThatThrownBy(report::run)
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessageContaining("no fence is configured");
                    }
                });
    }

    @Test
    void leadershipIsGivenBackBeforeTheDataSourceCloses() throws Exception {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
        TestContexts.h2(Reports.class)
                .withPropertyValues("spring.datasource.url=" + url)
                .run(context -> assertThat(
                                next(context, LeaseEvent.Elected.class).name())
                        .isEqualTo("reports"));
        try (HikariDataSource database = new HikariDataSource();
                LeaseStore store = openStore(database, url)) {
            LeaseStore.LeaseView view = store.inspect("reports")
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS)
                    .orElseThrow();
            assertThat(view.live()).isFalse();
        }
    }

    private static LeaseStore openStore(HikariDataSource database, String url) throws SQLException {
        database.setJdbcUrl(url);
        database.setUsername("sa");
        database.setPassword("");
        return JdbcLeaseStore.open(database);
    }

    @Test
    void scheduledWorkHasTimeToEndBeforeItsLeadershipIsGivenBack() {
        CountDownLatch end = new CountDownLatch(1);
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        SlowReport report = new SlowReport(end, ends);
        TestContexts.h2(Scheduling.class)
                .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class))
                .withBean(SlowReport.class, () -> report)
                .withBean(StopOfSchedulers.class, () -> new StopOfSchedulers(end))
                .run(context ->
                        assertThat(report.begun.await(60, TimeUnit.SECONDS)).isTrue());
        assertThat(ends).containsExactly("in time");
    }

    @Test
    void otherWorkIsInterruptedWhenTheApplicationEnds() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        SlowReport report = new SlowReport(never, ends);
        TestContexts.inMemory().withBean(SlowReport.class, () -> report).run(context -> {
            SlowReport proxy = context.getBean(SlowReport.class);
            Thread thread = new Thread(() -> {
                while (report.begun.getCount() > 0) {
                    proxy.report();
                }
            });
            thread.setDaemon(true);
            thread.start();
            assertThat(report.begun.await(60, TimeUnit.SECONDS)).isTrue();
        });
        assertThat(ends.poll(60, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }

    private static <T extends LeaseEvent> T next(ApplicationContext context, Class<T> type)
            throws InterruptedException {
        LeaseEvent event = context.getBean(Role.class).events().poll(60, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    @Configuration(proxyBeanMethods = false)
    static class Reports {
        @Bean
        Role role() {
            return new Role();
        }
    }

    static class Role {
        private final BlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();

        BlockingQueue<LeaseEvent> events() {
            return events;
        }

        @LeaderOnly("reports")
        public Optional<Long> token() {
            return Optional.of(LeaseContext.current().fencingToken());
        }

        @EventListener
        public void elected(LeaseEvent.Elected event) {
            events.add(event);
        }

        @EventListener
        public void deposed(LeaseEvent.Deposed event) {
            events.add(event);
        }
    }

    static class Unseen implements Runnable {
        private final AtomicLong token;

        Unseen(AtomicLong token) {
            this.token = token;
        }

        @Override
        @LeaderOnly("unseen")
        public void run() {
            token.set(LeaseContext.current().fencingToken());
        }
    }

    static class UnseenWithResources implements Runnable {
        @Override
        @LeaderOnly(role = "unseen", resources = "invoices")
        public void run() {}
    }

    static class Events {
        final BlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();

        @EventListener
        void on(LeaseEvent event) {
            events.add(event);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    static class SlowReport {
        final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch end;
        private final BlockingQueue<String> ends;

        SlowReport(CountDownLatch end, BlockingQueue<String> ends) {
            this.end = end;
            this.ends = ends;
        }

        @Scheduled(fixedDelay = 10)
        @LeaderOnly("slow")
        public void report() {
            begun.countDown();
            try {
                boolean unused = end.await(60, TimeUnit.SECONDS);
                ends.add("in time");
            } catch (InterruptedException e) {
                ends.add("interrupted");
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets the work end when the schedulers are asked to, which is after much else has stopped. */
    record StopOfSchedulers(CountDownLatch end) implements SmartLifecycle {
        @Override
        public void start() {}

        @Override
        public void stop() {
            end.countDown();
        }

        @Override
        public boolean isRunning() {
            return end.getCount() > 0;
        }

        @Override
        public int getPhase() {
            return ExecutorConfigurationSupport.DEFAULT_PHASE;
        }
    }
}
