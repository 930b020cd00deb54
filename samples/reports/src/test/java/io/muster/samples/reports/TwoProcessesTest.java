package io.muster.samples.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.jdbc.Databases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two processes over a real PostgreSQL, and sales that go on while the leader is frozen and its successor killed. */
@Timeout(600)
class TwoProcessesTest {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Test
    void noSaleIsCountedTwiceWhoeverIsFrozenOrKilled(@TempDir Path logs) throws Exception {
        Databases.requireDocker("PostgreSQL");
        try (HikariDataSource dataSource = Databases.postgresql()) {
            Books books = new Books(JdbcClient.create(dataSource));
            try (Instance first = new Instance(dataSource, "first", logs)) {
                first.awaitStart();
                sellUntil(books, () -> books.lastTokenOf("first") > 0);
                try (Instance second = new Instance(dataSource, "second", logs)) {
                    second.awaitStart();
                    long frozen = books.lastTokenOf("first");
                    first.signal("STOP");
                    sellUntil(books, () -> books.lastTokenOf("second") > 0);
                    first.signal("CONT");
                    int runs = books.runsOf("second");
                    sellUntil(books, () -> books.runsOf("second") > runs + 3);
                    assertThat(books.lastTokenOf("first"))
                            .as("of who led before")
                            .isEqualTo(frozen);
                }
                sellUntil(books, () -> books.lastTokenOf("first") > books.lastTokenOf("second"));
            }
            assertThat(books.mergesByOlderTokens()).isZero();
            assertThat(books.reported()).isPositive().isEqualTo(books.soldBeforeTheLastRun());
        }
    }

    private static void sellUntil(Books books, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
            books.sell();
        }
    }

    /** What the database has. */
    private record Books(JdbcClient database) {
        private void sell() {
            database.sql("insert into sale (sku, cents) values ('sku-1', 1)").update();
        }

        /** Zero before its first run. */
        private long lastTokenOf(String instance) {
            return number("select coalesce(max(token), 0) from merge_run where instance = '" + instance + "'");
        }

        private int runsOf(String instance) {
            return (int) number("select count(*) from merge_run where instance = '" + instance + "'");
        }

        /** Runs that came after one with a larger token. */
        private long mergesByOlderTokens() {
            return number("select count(*) from merge_run late where exists (select 1 from merge_run early"
                    + " where early.number < late.number and early.token > late.token)");
        }

        private long reported() {
            return number("select sum(cents) from report");
        }

        private long soldBeforeTheLastRun() {
            return number("select sum(cents) from sale where merge_run is not null");
        }

        private long number(String query) {
            return database.sql(query).query(Long.class).single();
        }
    }

    /** A process, which merges each second while it leads. Closing it kills it, as {@code kill -9} does. */
    private static final class Instance implements AutoCloseable {
        private final Process process;
        private final Path log;

        private Instance(HikariDataSource dataSource, String name, Path logs) throws IOException {
            log = logs.resolve(name);
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx192m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ReportsApplication.class.getName(),
                            "--server.port=0",
                            "--logging.level.root=INFO",
                            "--logging.level.io.muster.lease=INFO",
                            "--spring.datasource.url=" + dataSource.getJdbcUrl(),
                            "--spring.datasource.username=" + dataSource.getUsername(),
                            "--spring.datasource.password=" + dataSource.getPassword(),
                            "--muster.lease.holder=" + name,
                            "--muster.lease.ttl=" + TTL.toSeconds() + "s",
                            "--reports.merge=* * * * * *")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        }

        private void awaitStart() throws Exception {
            while (!Files.readString(log).contains("Started ReportsApplication")) {
                boolean ended = process.waitFor(100, TimeUnit.MILLISECONDS);
                assertThat(ended).as(Files.readString(log)).isFalse();
            }
        }

        private void signal(String signal) throws Exception {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(exit).isZero();
        }

        @Override
        public void close() {
            Process unused = process.destroyForcibly().onExit().join();
        }
    }
}
