package io.muster.samples.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.Lease;
import io.muster.lease.LeaseEvent;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import io.muster.lease.jdbc.JdbcFence;
import io.muster.samples.reports.NightlyMerge.Run;
import io.muster.samples.reports.ReportController.Line;
import io.muster.samples.reports.ReportController.Report;
import io.muster.samples.reports.ReportController.Sale;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;

/** Two instances over one database. */
@Timeout(300)
class TwoInstancesTest {
    /** Who was elected, in this order. */
    private final BlockingQueue<Instance> leaders = new LinkedBlockingQueue<>();

    private Instance first;
    private Instance second;

    @BeforeEach
    void start(@TempDir Path directory) throws InterruptedException {
        first = new Instance(directory);
        assertThat(nextLeader()).isSameAs(first);
        second = new Instance(directory);
    }

    @AfterEach
    void stop() {
        second.context.close();
        first.context.close();
    }

    @Test
    void onlyTheLeaderMergesAndTheOtherFollowsIt() throws Exception {
        first.sell("sku-1", 250);
        second.sell("sku-1", 100);

        Optional<Run> run = second.merge();
        assertThat(run).isEmpty();
        run = first.merge();
        assertThat(run.orElseThrow().number()).isEqualTo(1);
        assertThat(first.merge()).as("nothing is new").isEmpty();
        assertThat(second.report().lines()).containsExactly(new Line("sku-1", 350));

        first.context.close();
        assertThat(nextLeader()).isSameAs(second);
        second.sell("sku-1", 50);
        Run following = second.merge().orElseThrow();
        assertThat(following.token()).isGreaterThan(run.orElseThrow().token());
        assertThat(second.report().lines()).containsExactly(new Line("sku-1", 400));
        assertThat(second.report().runs()).hasSize(2);
    }

    @Test
    void aSaleThatIsCommittedAfterLaterOnesIsMerged() throws Exception {
        try (Connection slow = first.context.getBean(DataSource.class).getConnection()) {
            slow.setAutoCommit(false);
            try (Statement sale = slow.createStatement()) {
                sale.executeUpdate("insert into sale (sku, cents) values ('sku-1', 250)");
            }
            first.sell("sku-1", 100);
            assertThat(first.merge()).isPresent();
            slow.commit();
        }
        assertThat(first.merge()).isPresent();
        assertThat(first.report().lines()).containsExactly(new Line("sku-1", 350));
    }

    @Test
    void whoLedBeforeWritesNothingAnyMore() throws Exception {
        Lease old = first.lease();
        first.sell("sku-1", 250);
        assertThat(second.context.getBean(Leases.class).forceRelease("reports")).isTrue();
        // Whichever instance leads next has raised the fence.
        Instance next = nextLeader();
        assertThat(next.merge()).isPresent();

        JdbcFence fence = first.context.getBean(JdbcFence.class);
        DataSource dataSource = first.context.getBean(DataSource.class);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> fence.check(connection, NightlyMerge.RESOURCE, old.fencingToken(), old.ttl()))
                    .isInstanceOf(StaleFenceException.class);
            connection.rollback();
        }
        assertThat(next.report().lines()).containsExactly(new Line("sku-1", 250));
    }

    private Instance nextLeader() throws InterruptedException {
        Instance leader = leaders.poll(120, TimeUnit.SECONDS);
        assertThat(leader).as("a leader").isNotNull();
        return leader;
    }

    /** An instance that hears of its elections. */
    private final class Instance {
        private final ConfigurableApplicationContext context;

        private Instance(Path directory) {
            context = new SpringApplicationBuilder(ReportsApplication.class)
                    .listeners((ApplicationListener<ApplicationEvent>) event -> {
                        if (event instanceof PayloadApplicationEvent<?> payload
                                && payload.getPayload() instanceof LeaseEvent.Elected) {
                            leaders.add(this);
                        }
                    })
                    .run(
                            "--server.port=0",
                            "--spring.main.banner-mode=off",
                            "--spring.datasource.url=jdbc:h2:file:" + directory.resolve("reports")
                                    + ";AUTO_SERVER=TRUE",
                            "--muster.lease.ttl=20s",
                            "--reports.merge=-");
        }

        private Lease lease() {
            List<Lease> held = context.getBean(Leases.class).held();
            assertThat(held).hasSize(1);
            return held.get(0);
        }

        private void sell(String sku, long cents) {
            context.getBean(ReportController.class).sell(new Sale(sku, cents));
        }

        private Optional<Run> merge() {
            return context.getBean(NightlyMerge.class).merge();
        }

        private Report report() {
            return context.getBean(ReportController.class).report();
        }
    }
}
