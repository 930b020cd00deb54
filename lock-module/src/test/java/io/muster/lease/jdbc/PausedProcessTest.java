package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** Another process holds the lease, is stopped beyond its TTL, and writes on without asking whether it still may. */
@Timeout(240)
class PausedProcessTest {
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final String NAME = "ledger";

    @Test
    void aProcessThatWasPausedWritesNothingAfterItsSuccessor() throws Exception {
        Databases.requireDocker("PostgreSQL");
        try (HikariDataSource raw = Databases.postgresql()) {
            Databases.execute(raw, "CREATE TABLE ledger (writer VARCHAR(80), position SERIAL)");
            Process holder = holder(raw);
            // A line that never comes cannot be waited for with a limit, but the end of the process can be brought
            // about.
            CompletableFuture.delayedExecutor(200, TimeUnit.SECONDS).execute(holder::destroyForcibly);
            try (BufferedReader lines = holder.inputReader()) {
                awaitLine(lines, "WROTE");
                signal(holder, "STOP");
                int before = writes(raw, "holder");
                assertThat(before).isPositive();

                follow(raw);

                signal(holder, "CONT");
                awaitLine(lines, "REFUSED");
                awaitLine(lines, "REFUSED");
                awaitLine(lines, "NOT HELD");
                // What was under way when the signal came may still have been written, before the successor began.
                assertThat(writes(raw, "holder")).isBetween(before, before + 1);
                assertThat(lastWriter(raw)).isEqualTo("successor");
            } finally {
                holder.destroyForcibly();
            }
        }
    }

    private static void follow(HikariDataSource raw) throws Exception {
        JdbcFence fence = JdbcFence.open(raw);
        FencedDataSource guarded = new FencedDataSource(raw, fence);
        try (LeaseStore store = JdbcLeaseStore.open(raw);
                Leases leases = leases(store, fence, "successor")) {
            long begin = System.nanoTime();
            Optional<Lease> lease = Optional.empty();
            while (lease.isEmpty()) {
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TTL.plusSeconds(60));
                lease = leases.tryAcquire(LeaseRequest.of(NAME).withResources(NAME));
            }
            lease.get().call(() -> write(guarded, "successor"));
        }
    }

    private static Leases leases(LeaseStore store, JdbcFence fence, String holder) {
        return Leases.open(store, LeaseSettings.defaults(holder).withTtl(TTL), List.of(fence), event -> {});
    }

    private static Process holder(HikariDataSource raw) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Careless.class.getName(),
                        raw.getJdbcUrl(),
                        raw.getUsername(),
                        raw.getPassword())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void signal(Process process, String signal) throws Exception {
        int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(exit).isZero();
    }

    private static void awaitLine(BufferedReader lines, String wanted) throws Exception {
        String line = lines.readLine();
        while (line != null && !line.equals(wanted)) {
            line = lines.readLine();
        }
        assertThat(line).isEqualTo(wanted);
    }

    private static Boolean write(FencedDataSource guarded, String writer) throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO ledger (writer) VALUES (?)")) {
                statement.setString(1, writer);
                int unused = statement.executeUpdate();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
            connection.commit();
            return true;
        }
    }

    private static int writes(HikariDataSource raw, String writer) throws SQLException {
        return Integer.parseInt(value(raw, "SELECT COUNT(*) FROM ledger WHERE writer = '" + writer + "'"));
    }

    private static String lastWriter(HikariDataSource raw) throws SQLException {
        return value(raw, "SELECT writer FROM ledger ORDER BY position DESC LIMIT 1");
    }

    private static String value(HikariDataSource raw, String query) throws SQLException {
        try (Connection connection = raw.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    /** The process: it checks its token by hand, so that nothing but the fence stops it. */
    static final class Careless {
        public static void main(String[] arguments) throws Exception {
            PGSimpleDataSource raw = new PGSimpleDataSource();
            raw.setUrl(arguments[0]);
            raw.setUser(arguments[1]);
            raw.setPassword(arguments[2]);
            JdbcFence fence = JdbcFence.open(raw);
            LeaseStore store = JdbcLeaseStore.open(raw);
            Lease lease = leases(store, fence, "holder")
                    .tryAcquire(LeaseRequest.of(NAME).withResources(NAME))
                    .orElseThrow();
            while (true) {
                try {
                    write(raw, fence, lease.fencingToken());
                    System.out.println("WROTE");
                } catch (StaleFenceException e) {
                    System.out.println("REFUSED");
                } catch (SQLException e) {
                    // It was stopped in the midst of a transaction, which the database has ended.
                    System.out.println("BROKEN");
                }
                if (!lease.isHeld()) {
                    System.out.println("NOT HELD");
                }
                LockSupport.parkNanos(50_000_000);
            }
        }

        private static void write(PGSimpleDataSource raw, JdbcFence fence, long token) throws SQLException {
            try (Connection connection = raw.getConnection()) {
                connection.setAutoCommit(false);
                fence.check(connection, NAME, token, TTL);
                try (Statement statement = connection.createStatement()) {
                    int unused = statement.executeUpdate("INSERT INTO ledger (writer) VALUES ('holder')");
                }
                connection.commit();
            }
        }
    }
}
