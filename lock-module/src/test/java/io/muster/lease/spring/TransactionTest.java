package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Eventually;
import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.LeaseEvent;
import io.muster.lease.LeaseStore;
import io.muster.lease.StaleFenceException;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.jdbc.JdbcFence;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Transactions of annotated methods on the guarded data source. */
@Timeout(180)
class TransactionTest {
    private final List<StaleFenceException> refusals = new ArrayList<>();

    private ApplicationContextRunner guarded() {
        return TestContexts.h2()
                .withPropertyValues("muster.lease.guard.data-source=true")
                .withBean(Invoices.class)
                .withBean(LeaseListener.class, () -> new LeaseListener() {
                    @Override
                    public void on(LeaseEvent event) {}

                    @Override
                    public void refused(StaleFenceException refusal) {
                        refusals.add(refusal);
                    }
                });
    }

    @Test
    void theTransactionBeginsAndEndsUnderTheLeaseAndIsFenced() {
        guarded().run(context -> {
            assertThat(context.getBean(DataSource.class)).isInstanceOf(FencedDataSource.class);
            JdbcTemplate jdbc = table(context);
            List<Lease> atCommit = new ArrayList<>();
            long token = context.getBean(Invoices.class).write(() -> {}, atCommit);

            assertThat(atCommit).extracting(Lease::fencingToken).containsExactly(token);
            assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM invoice", Integer.class))
                    .isEqualTo(1);
            assertThat(jdbc.queryForObject("SELECT token FROM muster_fence WHERE resource = 'invoices'", Long.class))
                    .isEqualTo(token);
        });
    }

    @Test
    void aTransactionThatBeganBeforeTheFenceWasRaisedIsRefused() {
        guarded().run(context -> {
            JdbcTemplate jdbc = table(context);
            JdbcFence fence = context.getBean(JdbcFence.class);
            Invoices invoices = context.getBean(Invoices.class);
            assertThatThrownBy(() ->
                            invoices.write(() -> fence.raise("invoices", LeaseStore.MAX_TOKEN), new ArrayList<>()))
                    .isInstanceOf(StaleFenceException.class);

            assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM invoice", Integer.class))
                    .isZero();
            assertThat(refusals).hasSize(1);
        });
    }

    @Test
    void aTransactionIsLimitedToFourTtlsOrAsConfigured() {
        guarded().run(context -> assertThat(statementMillis(context)).isEqualTo("80000"));
        guarded()
                .withPropertyValues("muster.lease.guard.transaction-limit=7s")
                .run(context -> assertThat(statementMillis(context)).isEqualTo("7000"));
    }

    /** What H2 keeps of the limit, which is that of each statement. */
    private static @Nullable String statementMillis(ApplicationContext context) {
        JdbcTemplate jdbc = table(context);
        List<@Nullable String> seen = new ArrayList<>();
        Runnable look = () -> seen.add(jdbc.queryForObject(
                "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'QUERY_TIMEOUT'",
                String.class));
        long unused = context.getBean(Invoices.class).write(look, new ArrayList<>());
        return seen.get(0);
    }

    @Test
    void aWriteOutsideOfATransactionIsRefused() {
        guarded().run(context -> {
            JdbcTemplate jdbc = table(context);
            Invoices invoices = context.getBean(Invoices.class);
            assertThatThrownBy(invoices::writeWithoutTransaction)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("autocommit");
            assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM invoice", Integer.class))
                    .isZero();
        });
    }

    @Test
    void aLeadersTransactionIsFencedToo() {
        guarded().withBean(Leader.class).run(context -> {
            JdbcTemplate jdbc = table(context);
            Leader leader = context.getBean(Leader.class);
            List<Long> tokens = new ArrayList<>();
            Eventually.holds("it leads", () -> {
                Long written = leader.write();
                return written != null && tokens.add(written);
            });
            assertThat(jdbc.queryForObject("SELECT token FROM muster_fence WHERE resource = 'invoices'", Long.class))
                    .isEqualTo(tokens.get(0));
        });
    }

    private static JdbcTemplate table(ApplicationContext context) {
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        jdbc.execute("CREATE TABLE invoice (number INT)");
        return jdbc;
    }

    static class Invoices {
        private final JdbcTemplate jdbc;

        Invoices(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Leased(name = "close", resources = "invoices")
        @Transactional
        public Long write(Runnable meanwhile, List<Lease> atCommit) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    atCommit.addAll(LeaseContext.leases());
                }
            });
            meanwhile.run();
            insert();
            return LeaseContext.current().fencingToken();
        }

        @Leased(name = "close", resources = "invoices")
        public void writeWithoutTransaction() {
            insert();
        }

        private void insert() {
            int unused = jdbc.update("INSERT INTO invoice VALUES (1)");
        }
    }

    static class Leader {
        private final JdbcTemplate jdbc;

        Leader(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @LeaderOnly(role = "close", resources = "invoices")
        @Transactional
        public Long write() {
            int unused = jdbc.update("INSERT INTO invoice VALUES (1)");
            return LeaseContext.current().fencingToken();
        }
    }
}
