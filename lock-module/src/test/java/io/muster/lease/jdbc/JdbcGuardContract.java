package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.lease.FencingContext;
import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.Lease;
import io.muster.lease.LeaseLostException;
import io.muster.lease.LeaseRequest;
import io.muster.lease.LeaseStore;
import io.muster.lease.StaleFenceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The guard around connections: no statement under a lease gets past the fence. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class JdbcGuardContract extends GuardedDatabase {
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
                        LockSupport.parkNanos(1_000_000);
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

    @Test
    void nothingThatAConnectionHandsOutLeadsAroundTheGuard() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            lease.call(() -> inTransaction(connection -> {
                assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
                try (PreparedStatement statement = connection.prepareStatement("SELECT id FROM account");
                        ResultSet rows = statement.executeQuery()) {
                    assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
                    assertThat(rows.unwrap(ResultSet.class)).isSameAs(rows);
                    assertThat(rows.getStatement()).isSameAs(statement);
                    assertThat(rows.getStatement().getConnection()).isSameAs(connection);
                    assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
                }
                try (ResultSet types = connection.getMetaData().getTypeInfo()) {
                    Statement within = types.getStatement();
                    assertThat(within == null || within.getConnection().equals(connection))
                            .isTrue();
                }
            }));
        }
    }

    @Test
    void aModeThatIsSetAgainIsNoNewTransaction() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> inTransaction(connection -> {
                        assertThat(amount(connection)).isZero();
                        connection.setAutoCommit(false);
                        lease.run(() -> addQuietly(connection));
                    }))
                    .hasMessageContaining("began before");
            lease.call(() -> inTransaction(connection -> {
                connection.setAutoCommit(true);
                connection.setAutoCommit(false);
                add(connection, 1);
            }));
        }
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void aRowThatIsChangedInItsResultIsAWrite() throws Exception {
        try (Lease lease = first.tryAcquire(request).orElseThrow();
                Connection connection = guarded.getConnection();
                Statement statement =
                        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows =
                        statement.executeQuery("SELECT id, amount FROM account WHERE id = '" + resource + "'")) {
            assertThat(rows.next()).isTrue();
            rows.updateLong(2, 100);
            assertThatThrownBy(() -> lease.call(() -> {
                        rows.updateRow();
                        return true;
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("autocommit");
        }
        assertThat(amount()).isZero();
    }

    @Test
    void aConnectionWhoseFenceIsNotThereYetGoesBackToItsPool() throws Exception {
        Connection pooled = raw.getConnection();
        try (Lease lease = first.tryAcquire(request).orElseThrow()) {
            assertThatThrownBy(() -> lease.call(() -> {
                        try (Connection connection = FencedConnection.around(
                                pooled,
                                () -> {
                                    throw new IllegalStateException("no schema yet");
                                },
                                new GuardLimits(System::nanoTime, null))) {
                            connection.setAutoCommit(false);
                            add(connection, 1);
                        }
                        return true;
                    }))
                    .hasMessage("no schema yet");
        }
        assertThat(pooled.isClosed()).isTrue();
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
}
