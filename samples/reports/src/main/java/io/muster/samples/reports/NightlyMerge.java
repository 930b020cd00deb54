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

    /**
     * What one run has merged.
     *
     * @param number from 1
     * @param instance who ran it
     * @param token under which lease
     */
    public record Run(long number, String instance, long token) {}

    private record Total(String sku, long cents) {}

    /** Merges what is new; empty when another instance leads, or nothing is new. */
    @Scheduled(cron = "${reports.merge}", zone = "UTC")
    @LeaderOnly(role = "reports", resources = RESOURCE)
    @Transactional
    public Optional<Run> merge() {
        Lease lease = LeaseContext.current();
        long number = 1
                + database.sql("select coalesce(max(number), 0) from merge_run")
                        .query(Long.class)
                        .single();
        // Not by a range of ids: a sale with a smaller one may be committed later.
        int sales = database.sql("update sale set merge_run = ? where merge_run is null")
                .params(number)
                .update();
        if (sales == 0) {
            return Optional.empty();
        }
        totals(number).forEach(this::add);
        Run run = new Run(number, lease.holder(), lease.fencingToken());
        database.sql("insert into merge_run (number, instance, token) values (?, ?, ?)")
                .params(run.number(), run.instance(), run.token())
                .update();
        return Optional.of(run);
    }

    private List<Total> totals(long number) {
        return database.sql("select sku, sum(cents) as cents from sale where merge_run = ? group by sku")
                .params(number)
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
}
