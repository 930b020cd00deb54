package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Transactions of annotated methods on the guarded data source. */
@Timeout(60)
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
            Long token = leader.write();
            while (token == null) {
                Thread.onSpinWait();
                token = leader.write();
            }
            assertThat(jdbc.queryForObject("SELECT token FROM muster_fence WHERE resource = 'invoices'", Long.class))
                    .isEqualTo(token);
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
