package io.muster.samples.reports;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes sales and shows the report. Any instance does both. */
@RestController
class ReportController {
    private final JdbcClient database;

    ReportController(JdbcClient database) {
        this.database = database;
    }

    record Sale(String sku, long cents) {}

    /** The sum of an article's merged sales. */
    record Line(String sku, long cents) {}

    /** The lines, and who has merged them with which token, latest first. */
    record Report(List<Line> lines, List<NightlyMerge.Run> runs) {}

    @PostMapping("/sales")
    @ResponseStatus(HttpStatus.CREATED)
    void sell(@RequestBody Sale sale) {
        database.sql("insert into sale (sku, cents) values (?, ?)")
                .params(sale.sku(), sale.cents())
                .update();
    }

    @GetMapping("/report")
    Report report() {
        return new Report(
                database.sql("select sku, cents from report order by sku")
                        .query(Line.class)
                        .list(),
                database.sql("select number, instance, token from merge_run order by number desc limit 20")
                        .query(NightlyMerge.Run.class)
                        .list());
    }
}
