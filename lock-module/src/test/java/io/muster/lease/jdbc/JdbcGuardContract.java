package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.FencingContext;
import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.Lease;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseStore;
import io.muster.lease.Leases;
import io.muster.lease.StaleFenceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The guard on a real database: leases, fences and data in the same one, as a service would have them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class JdbcGuardContract {
    static final Duration TTL = Duration.ofSeconds(5);

    private HikariDataSource raw;
    private FencedDataSource guarded;
    private JdbcFence fence;
    private LeaseStore store;
    private Leases first;
    private Leases second;
    private LeaseRequest request = LeaseRequest.of("unset");
    private String resource = "";

    abstract HikariDataSource database() throws SQLException;

    @BeforeAll
    void open() throws SQLException {
        raw = database();
        Databases.execute(raw, "CREATE TABLE account (id VARCHAR(80) PRIMARY KEY, amount BIGINT NOT NULL)");
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

    @Test
    void aTransactionUnderALeaseIsFencedWhateverStatementItUses() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            lease.call(() -> inTransaction(connection -> {
                assertThat(amount(connection)).isZero();
                add(connection, 1);
                try (Statement statement = connection.createStatement()) {
                    statement.addBatch("UPDATE account SET amount = amount + 1 WHERE id = '" + resource + "'");
                    assertThat(statement.executeBatch()).hasSize(1);
                }
                assertThat(connection.createStatement().getConnection()).isSameAs(connection);
            }));
        }
        assertThat(amount()).isEqualTo(2);
    }

    @Test
    void aStaleHolderThatDoesNotAskWritesNothing() throws Exception {
        Lease stale = first.tryAcquire(request).orElseThrow();
        // Its own process still believes that it holds: it hears of this with its next renewal.
        assertThat(second.forceRelease(resource)).isTrue();
        try (Lease newer = second.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> stale.call(() -> inTransaction(connection -> add(connection, 100))))
                    .satisfiesAnyOf(
                            e -> assertThat(e).isInstanceOf(StaleFenceException.class),
                            e -> assertThat(e).hasCauseInstanceOf(StaleFenceException.class));
            newer.call(() -> inTransaction(connection -> add(connection, 1)));
        }
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void aNewHolderWaitsForAGuardedTransactionUnderWay() throws Exception {
        Lease older = first.tryAcquire(request).orElseThrow();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        CompletableFuture<Boolean> committed = inThread(older, connection -> {
            add(connection, 5);
            written.countDown();
            awaitUninterruptibly(mayCommit);
        });
        assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(second.forceRelease(resource)).isTrue();

        CompletableFuture<Long> seen = new CompletableFuture<>();
        Thread successor = new Thread(() -> {
            try (Lease newer = second.tryAcquire(request).orElseThrow()) {
                seen.complete(newer.call(this::amount));
            } catch (Exception e) {
                seen.completeExceptionally(e);
            }
        });
        successor.start();
        assertThat(seen).isNotDone();
        mayCommit.countDown();

        assertThat(committed.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(seen.get(20, TimeUnit.SECONDS)).as("what was written before").isEqualTo(5);
    }

    @Test
    void aWriteInAutocommitIsRefusedAndAQueryIsNot() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            lease.run(() -> {
                assertThatThrownBy(() -> {
                            try (Connection connection = guarded.getConnection()) {
                                add(connection, 1);
                            }
                        })
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("autocommit")
                        .hasMessageContaining(resource);
                assertThat(amountQuietly()).isZero();
            });
        }
        try (Connection connection = guarded.getConnection()) {
            add(connection, 1);
        }
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void aWriteInAReadOnlyTransactionIsRefused() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> lease.call(() -> inTransaction(connection -> {
                        connection.rollback();
                        connection.setReadOnly(true);
                        assertThat(amount(connection)).isZero();
                        add(connection, 1);
                    })))
                    .hasMessageContaining("read-only");
        }
        assertThat(amount()).isZero();
    }

    @Test
    void aTransactionThatBeganBeforeTheLeaseIsRefused() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> inTransaction(connection -> {
                        assertThat(amount(connection)).isZero();
                        lease.run(() -> addQuietly(connection));
                    }))
                    .hasMessageContaining("began before")
                    .hasMessageContaining(resource);
        }
        assertThat(amount()).isZero();
    }

    @Test
    void aLostLeaseWritesNothingMore() throws Exception {
        Lease lease = first.tryAcquire(request).orElseThrow();
        assertThatThrownBy(() -> lease.call(() -> inTransaction(connection -> {
                    add(connection, 1);
                    assertThat(first.forceRelease(resource)).isTrue();
                    while (lease.isHeld()) {
                        Thread.onSpinWait();
                    }
                    boolean unused = Thread.interrupted();
                    add(connection, 1);
                })))
                .isInstanceOf(LeaseLostException.class);
        assertThat(amount()).isZero();
    }

    @Test
    void eachTransactionOfAConnectionIsFencedAndSoIsEachLease() throws Exception {
        String other = resource + " other";
        try (Lease outer = first.tryAcquire(request).orElseThrow();
                Lease inner = first.tryAcquire(LeaseRequest.of(other).withResources(other))
                        .orElseThrow()) {
            fence.raise(other, inner.fencingToken() + 1);
            outer.call(() -> inTransaction(connection -> {
                add(connection, 1);
                connection.commit();
                add(connection, 1);
                connection.commit();
                assertThatThrownBy(() -> inner.run(() -> addQuietly(connection)))
                        .isInstanceOf(StaleFenceException.class)
                        .hasMessageContaining(other);
                connection.rollback();
                fence.raise(resource, outer.fencingToken() + 1);
                assertThatThrownBy(() -> add(connection, 1)).isInstanceOf(StaleFenceException.class);
            }));
        }
        assertThat(amount()).isEqualTo(2);
    }

    /** On PostgreSQL the fence's row is free again after the rollback, so a newer holder need not wait any more. */
    @Test
    void aTransactionThatWentBackToASavepointIsFencedAgain() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            lease.call(() -> inTransaction(connection -> {
                Savepoint savepoint = connection.setSavepoint();
                add(connection, 1);
                connection.rollback(savepoint);
                add(connection, 1);
                connection.rollback(savepoint);
                raiseWithin(connection, lease.fencingToken() + 1);
                assertThatThrownBy(() -> add(connection, 1)).isInstanceOf(StaleFenceException.class);
                connection.rollback();
                add(connection, 1);
            }));
        }
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void aTransactionThatAStatementHasEndedIsFencedAgain() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            lease.call(() -> inTransaction(connection -> {
                add(connection, 1);
                try (Statement statement = connection.createStatement()) {
                    boolean unused = statement.execute("COMMIT");
                }
                fence.raise(resource, lease.fencingToken() + 1);
                assertThatThrownBy(() -> add(connection, 1)).isInstanceOf(StaleFenceException.class);
            }));
        }
        assertThat(amount()).isEqualTo(1);
    }

    /** In the transaction itself, because some databases still hold the row, and by a thread that works under no lease. */
    private void raiseWithin(Connection connection, long token) {
        CompletableFuture.runAsync(() -> {
                    try (Statement statement = connection.createStatement()) {
                        assertThat(statement.executeUpdate("UPDATE muster_fence SET token = " + token
                                        + " WHERE resource = '" + resource + "'"))
                                .isEqualTo(1);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .join();
    }

    @Test
    void withoutALeaseNothingIsFenced() throws Exception {
        fence.raise(resource, LeaseStore.MAX_TOKEN);
        inTransaction(connection -> add(connection, 1));
        try (Lease lease = first.tryAcquire(resource).orElseThrow()) {
            lease.call(() -> inTransaction(connection -> add(connection, 1)));
        }
        assertThat(amount()).isEqualTo(2);
    }

    @Test
    void aCheckByHandGuardsATransactionAndARow() throws Exception {
        fence.raise(resource, 10);
        try (Connection connection = raw.getConnection()) {
            assertThatThrownBy(() -> fence.check(connection, resource, 10, TTL)).hasMessageContaining("autocommit");
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> fence.check(connection, resource, 9, TTL)).isInstanceOf(StaleFenceException.class);
            fence.check(connection, resource, 10, TTL);
            fence.check(connection, resource + " never raised", 3, TTL);
            assertThat(fence.seen(resource + " never raised"))
                    .as("not committed")
                    .isZero();
            connection.commit();
        }
        assertThat(fence.seen(resource)).isEqualTo(10);
        assertThat(fence.seen(resource + " never raised")).isEqualTo(3);
        JdbcFence.requireWritten(1, resource, 9);
        assertThatThrownBy(() -> JdbcFence.requireWritten(0, resource, 9)).isInstanceOf(StaleFenceException.class);
    }

    @Test
    void theTokenOfARequestIsCheckedAsTheFirstStatementOfEachTransaction() throws Exception {
        List<CheckedToken> tokens = List.of(new CheckedToken(resource, 7, TTL));
        FencingContext.call(
                tokens,
                () -> inTransaction(connection -> {
                    add(connection, 1);
                    assertThat(amount(connection)).isEqualTo(1);
                }));
        assertThat(fence.seen(resource)).isEqualTo(7);
        fence.raise(resource, 8);
        assertThatThrownBy(() -> FencingContext.call(tokens, () -> inTransaction(connection -> add(connection, 100))))
                .isInstanceOf(StaleFenceException.class);
        assertThatThrownBy(() -> FencingContext.call(tokens, () -> {
                    try (Connection connection = guarded.getConnection()) {
                        add(connection, 100);
                    }
                    return true;
                }))
                .hasMessageContaining("autocommit")
                .hasMessageContaining(resource);
        assertThatThrownBy(() -> inTransaction(connection -> {
                    add(connection, 100);
                    FencingContext.Scope scope = FencingContext.enter(List.of(new CheckedToken(resource, 9, TTL)));
                    try {
                        add(connection, 100);
                    } finally {
                        scope.close();
                    }
                }))
                .hasMessageContaining("began before the request");
        assertThat(amount()).isEqualTo(1);
    }

    /** For databases that end idle transactions: a holder that stops between the guard and its commit. */
    void aFrozenTransactionDoesNotHoldUpTheSuccessorForEver() throws Exception {
        Lease frozen = first.tryAcquire(request).orElseThrow();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch thaw = new CountDownLatch(1);
        CompletableFuture<Boolean> committed = inThread(frozen, connection -> {
            add(connection, 100);
            written.countDown();
            awaitUninterruptibly(thaw);
        });
        assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
        long begin = System.nanoTime();
        assertThat(second.forceRelease(resource)).isTrue();

        try (Lease newer = second.tryAcquire(request).orElseThrow()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TTL.plusSeconds(5));
            newer.call(() -> inTransaction(connection -> add(connection, 1)));
        }
        thaw.countDown();
        assertThatThrownBy(() -> committed.get(20, TimeUnit.SECONDS)).cause().hasCauseInstanceOf(SQLException.class);
        assertThat(amount()).isEqualTo(1);
    }

    @FunctionalInterface
    private interface Writing {
        void on(Connection connection) throws SQLException;
    }

    private CompletableFuture<Boolean> inThread(Lease lease, Writing work) {
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

    private Boolean inTransaction(Writing work) throws SQLException {
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

    private void add(Connection connection, long amount) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE account SET amount = amount + ? WHERE id = ?")) {
            statement.setLong(1, amount);
            statement.setString(2, resource);
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
    }

    private void addQuietly(Connection connection) {
        try {
            add(connection, 1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long amount() throws SQLException {
        try (Connection connection = guarded.getConnection()) {
            return amount(connection);
        }
    }

    private long amountQuietly() {
        try {
            return amount();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long amount(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT amount FROM account WHERE id = ?")) {
            statement.setString(1, resource);
            try (ResultSet result = statement.executeQuery()) {
                assertThat(result.next()).isTrue();
                return result.getLong(1);
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
                return;
            } catch (InterruptedException e) {
                // As work that ignores it.
            }
        }
    }
}
