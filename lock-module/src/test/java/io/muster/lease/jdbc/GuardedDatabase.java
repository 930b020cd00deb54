package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.Lease;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Leases, fences and data in one real database, as a service would have them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class GuardedDatabase {
    static final Duration TTL = Duration.ofSeconds(8);

    HikariDataSource raw;
    FencedDataSource guarded;
    JdbcFence fence;
    Leases first;
    Leases second;
    LeaseRequest request = LeaseRequest.of("unset");
    String resource = "";

    private LeaseStore store;

    abstract HikariDataSource database() throws SQLException;

    @BeforeAll
    void open() throws SQLException {
        raw = database();
        Databases.execute(
                raw, "CREATE TABLE IF NOT EXISTS account (id VARCHAR(80) PRIMARY KEY, amount BIGINT NOT NULL)");
        fence = JdbcFence.open(raw);
        guarded = new FencedDataSource(raw, fence);
        store = JdbcLeaseStore.open(raw);
        first = leases("first");
        second = leases("second");
    }

    private Leases leases(String holder) {
        return Leases.open(store, LeaseSettings.defaults(holder).withTtl(TTL), List.of(fence), event -> {});
    }

    @AfterAll
    void close() {
        if (raw != null) {
            first.close();
            second.close();
            store.close();
            raw.close();
        }
    }

    @BeforeEach
    void choose() {
        resource = "accounts " + UUID.randomUUID();
        request = LeaseRequest.of(resource).withResources(resource);
        Databases.execute(raw, "INSERT INTO account VALUES ('" + resource + "', 0)");
    }

    @FunctionalInterface
    interface Writing {
        void on(Connection connection) throws SQLException;
    }

    CompletableFuture<Boolean> inThread(Lease lease, Writing work) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        done.complete(lease.call(() -> inTransaction(work)));
                    } catch (Exception e) {
                        done.completeExceptionally(e);
                    }
                })
                .start();
        return done;
    }

    Boolean inTransaction(Writing work) throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            connection.setAutoCommit(false);
            try {
                work.on(connection);
                connection.commit();
                return true;
            } catch (SQLException | RuntimeException | Error e) {
                if (!connection.isClosed()) {
                    connection.rollback();
                }
                throw e;
            }
        }
    }

    void add(Connection connection, long amount) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE account SET amount = amount + ? WHERE id = ?")) {
            statement.setLong(1, amount);
            statement.setString(2, resource);
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
    }

    void addQuietly(Connection connection) {
        try {
            add(connection, 1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long amountQuietly() {
        try {
            return amount();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                assertThat(latch.await(120, TimeUnit.SECONDS)).isTrue();
                return;
            } catch (InterruptedException e) {
                // As work that ignores it.
            }
        }
    }

    long amount() throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            return amount(connection);
        }
    }

    long amount(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT amount FROM account WHERE id = ?")) {
            statement.setString(1, resource);
            try (ResultSet result = statement.executeQuery()) {
                assertThat(result.next()).isTrue();
                return result.getLong(1);
            }
        }
    }
}
