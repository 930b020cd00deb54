package io.muster.lease.spring.http;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.lease.http.WatchedStore;
import io.muster.lease.jdbc.Databases;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.sql.SQLException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** What the endpoints of the tests do: write to a table through a guarded data source, in transactions. */
final class Ledger {
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final AtomicReference<@Nullable CyclicBarrier> before = new AtomicReference<>();
    private final AtomicReference<@Nullable CyclicBarrier> within = new AtomicReference<>();

    Ledger(JdbcTemplate jdbc, TransactionTemplate transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** Lets the next write stop before its transaction: the test meets it at the barrier, and again to let it go on. */
    CyclicBarrier pauseBeforeNextTransaction() {
        return pauseIn(before);
    }

    /** As {@link #pauseBeforeNextTransaction}, when the transaction has written and is not committed. */
    CyclicBarrier pauseWithinNextTransaction() {
        return pauseIn(within);
    }

    private static CyclicBarrier pauseIn(AtomicReference<@Nullable CyclicBarrier> place) {
        CyclicBarrier pause = new CyclicBarrier(2);
        place.set(pause);
        return pause;
    }

    private static void pauseIfWanted(AtomicReference<@Nullable CyclicBarrier> place) {
        CyclicBarrier pause = place.getAndSet(null);
        if (pause != null) {
            meet(pause);
            meet(pause);
        }
    }

    static void meet(CyclicBarrier barrier) {
        try {
            int unused = barrier.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    long add(long amount) {
        pauseIfWanted(before);
        Long total = transactions.execute(status -> {
            int unused = jdbc.update("UPDATE ledger SET amount = amount + ?", amount);
            pauseIfWanted(within);
            return total();
        });
        return total == null ? -1 : total;
    }

    long addInAutocommit(long amount) {
        return jdbc.update("UPDATE ledger SET amount = amount + ?", amount);
    }

    long total() {
        Long total = jdbc.queryForObject("SELECT amount FROM ledger", Long.class);
        return total == null ? -1 : total;
    }

    /** Database, store and fence, as a service has them. */
    @Configuration(proxyBeanMethods = false)
    static class Parts {
        private final HikariDataSource raw;

        Parts() throws SQLException {
            raw = Databases.h2();
            JdbcTemplate jdbc = new JdbcTemplate(raw);
            jdbc.execute("CREATE TABLE ledger (amount BIGINT NOT NULL)");
            jdbc.execute("INSERT INTO ledger VALUES (0)");
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        WatchedStore store() throws SQLException {
            return new WatchedStore(JdbcLeaseStore.open(raw));
        }

        @Bean
        JdbcFence fence() throws SQLException {
            return JdbcFence.open(raw);
        }

        @Bean
        DataSource dataSource(JdbcFence fence) {
            return new FencedDataSource(raw, fence);
        }

        @Bean
        Ledger ledger(JdbcTemplate jdbc, TransactionTemplate transactions) {
            return new Ledger(jdbc, transactions);
        }
    }
}
