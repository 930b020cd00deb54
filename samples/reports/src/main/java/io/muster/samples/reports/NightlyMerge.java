package io.muster.samples.reports;

import io.muster.lease.Lease;
import io.muster.lease.LeaseContext;
import io.muster.lease.spring.LeaderOnly;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Merges the sales since the last run into the report. It reads, adds and writes, so two at once would count sales twice: only
 * the leader runs it, and the database refuses the writes of one that was the leader.
 */
@Component
public class NightlyMerge {
    static final String RESOURCE = "daily-report";

    private final JdbcClient database;

    NightlyMerge(JdbcClient database) {
        this.database = database;
    }

    /** What one run has merged. */
    public record Run(long lastSale, String instance, long token) {}

    private record Total(String sku, long cents) {}

    /** Merges what is new; empty when another instance leads, or nothing is new. */
    @Scheduled(cron = "${reports.merge}", zone = "UTC")
    @LeaderOnly(role = "reports", resources = RESOURCE)
    @Transactional
    public Optional<Run> merge() {
        Lease lease = LeaseContext.current();
        long from = number("select coalesce(max(last_sale), 0) from merge_run");
        long to = number("select coalesce(max(id), 0) from sale");
        if (to == from) {
            return Optional.empty();
        }
        totals(from, to).forEach(this::add);
        Run run = new Run(to, lease.holder(), lease.fencingToken());
        database.sql("insert into merge_run (last_sale, instance, token) values (?, ?, ?)")
                .params(run.lastSale(), run.instance(), run.token())
                .update();
        return Optional.of(run);
    }

    private List<Total> totals(long from, long to) {
        return database.sql("select sku, sum(cents) as cents from sale where id > ? and id <= ? group by sku")
                .params(from, to)
                .query(Total.class)
                .list();
    }

    private void add(Total total) {
        int changed = database.sql("update report set cents = cents + ? where sku = ?")
                .params(total.cents(), total.sku())
                .update();
        if (changed == 0) {
            database.sql("insert into report (sku, cents) values (?, ?)")
                    .params(total.sku(), total.cents())
                    .update();
        }
    }

    private long number(String query) {
        return database.sql(query).query(Long.class).single();
    }
}
