package io.muster.lease.shedlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.Eventually;
import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.jdbc.Databases;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.LockAssert;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import net.javacrumbs.shedlock.support.LockException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** ShedLock's annotation in a Spring context, with the bridge as the one bean that changed. */
@Timeout(180)
class SchedulerLockTest {
    @Test
    void aScheduledMethodHasTheTokenAndItsWritesAreGuarded() throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Application.class)) {
            Long token = context.getBean(Journal.class).tokens.poll(60, TimeUnit.SECONDS);
            HikariDataSource database = context.getBean(HikariDataSource.class);

            assertThat(token).isNotNull().isPositive();
            assertThat(one(database, "SELECT amount FROM report")).isEqualTo(1);
            assertThat(one(database, "SELECT token FROM muster_fence WHERE resource = 'reports'"))
                    .isEqualTo(token);
        }
    }

    @Test
    void aStaleMethodThatDoesNotAskWritesNothing() throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Application.class)) {
            Journal journal = context.getBean(Journal.class);
            assertThat(journal.tokens.poll(60, TimeUnit.SECONDS)).isNotNull();
            LeaseStore store = context.getBean(LeaseStore.class);
            // The run tells its token while it still has the lock; the event of the release comes before the store's
            // answer.
            Eventually.holds("the scheduled run is over", () -> !isLive(store, "month"));
            JdbcFence fence = context.getBean(JdbcFence.class);
            LeaseSettings settings = LeaseSettings.defaults("other");
            try (Leases other = Leases.open(store, settings, List.of(fence), event -> {})) {
                journal.meanwhile = () -> {
                    assertThat(other.forceRelease("month")).isTrue();
                    Lease newer = other.tryAcquire(LeaseRequest.of("month").withResources("reports"))
                            .orElseThrow();
                    assertThat(newer.isHeld()).isTrue();
                };
                assertThatThrownBy(context.getBean(Reports.class)::closeMonth)
                        .isInstanceOf(LockException.class)
                        .hasMessageContaining("REVOKED");
            }
            assertThat(journal.failures.poll()).isInstanceOfAny(StaleFenceException.class, LeaseLostException.class);
            assertThat(one(context.getBean(HikariDataSource.class), "SELECT amount FROM report"))
                    .isEqualTo(1);
        }
    }

    private static boolean isLive(LeaseStore store, String name) throws Exception {
        return store.inspect(name)
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS)
                .orElseThrow()
                .live();
    }

    private static long one(HikariDataSource database, String query) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }

    @Configuration
    @EnableScheduling
    @EnableSchedulerLock(defaultLockAtMostFor = "10m")
    static class Application {
        @Bean
        HikariDataSource database() throws SQLException {
            HikariDataSource database = Databases.h2();
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                boolean unused = statement.execute("CREATE TABLE report (amount BIGINT NOT NULL)");
                unused = statement.execute("INSERT INTO report VALUES (0)");
            }
            return database;
        }

        @Bean
        LeaseStore store(HikariDataSource database) throws SQLException {
            return JdbcLeaseStore.open(database);
        }

        @Bean
        JdbcFence fence(HikariDataSource database) throws SQLException {
            return JdbcFence.open(database);
        }

        @Bean
        Leases leases(LeaseStore store, JdbcFence fence) {
            return Leases.open(
                    store,
                    LeaseSettings.defaults("application").withTtl(Duration.ofSeconds(30)),
                    List.of(fence),
                    event -> {});
        }

        @Bean
        LockProvider lockProvider(Leases leases) {
            return new LeaseLockProvider(leases, name -> Set.of("reports"));
        }

        @Bean
        Journal journal() {
            return new Journal();
        }

        @Bean
        Reports reports(HikariDataSource database, JdbcFence fence, Journal journal) {
            return new Reports(new FencedDataSource(database, fence), journal);
        }
    }

    /** What the service has done, and what is to happen in its midst. */
    static final class Journal {
        private final BlockingQueue<Long> tokens = new LinkedBlockingQueue<>();
        private final BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
        private volatile Runnable meanwhile = () -> {};
    }

    /** A service of a user of ShedLock. */
    static class Reports {
        private final FencedDataSource database;
        private final Journal journal;

        Reports(FencedDataSource database, Journal journal) {
            this.database = database;
            this.journal = journal;
        }

        @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.DAYS)
        @SchedulerLock(name = "month")
        public void closeMonth() {
            LockAssert.assertLocked();
            journal.meanwhile.run();
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    int unused = statement.executeUpdate("UPDATE report SET amount = amount + 1");
                }
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                journal.failures.add(e);
                throw new IllegalStateException(e);
            }
            journal.tokens.add(LeaseContext.current().fencingToken());
        }
    }
}
