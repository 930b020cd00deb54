package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.Grant;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.store.LeaseStoreContract;
import io.muster.lease.store.TokenEpoch;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the store keeps on every database. Time passes by bringing the stored deadlines nearer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JdbcStoreContract extends LeaseStoreContract {
    private HikariDataSource dataSource;
    private LeaseStore store;

    abstract HikariDataSource database() throws SQLException;

    /** An expression: a column of time, so many seconds earlier. */
    abstract String earlier(String column, long seconds);

    @BeforeAll
    void open() throws SQLException {
        dataSource = database();
        store = JdbcLeaseStore.open(dataSource);
    }

    @AfterAll
    void close() {
        if (store != null) {
            store.close();
        }
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @Override
    protected LeaseStore store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        Databases.execute(
                dataSource, "UPDATE muster_lease SET expires_at = " + earlier("expires_at", time.toSeconds()));
    }

    @Test
    void aLeaseThatOutlivesItsTtlBecauseTheClockWasSetBackIsShortened() {
        String name = "stepped " + UUID.randomUUID();
        LeaseKey key = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        pass(Duration.ofDays(-1));

        assertThat(held(await(store.acquire(request(name, "b", UUID.randomUUID(), null))))
                        .atMost())
                .isGreaterThan(TTL);

        assertThat(held(await(store.acquire(request(name, "b", UUID.randomUUID(), null))))
                        .atMost())
                .isLessThanOrEqualTo(TTL);
        assertThat(await(store.renew(List.of(key)))).containsExactly(key);
    }

    /** As often as a backup from before is restored, also on the same day. */
    @Test
    void aNewEpochIsAboveTheTokensThatARestoredBackupForgot() throws SQLException {
        String name = "epoch " + UUID.randomUUID();
        LeaseKey saved = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        assertThat(saved.token()).isGreaterThan(TokenEpoch.ofDay(Instant.now().minus(Duration.ofDays(2))));
        LeaseKey last = saved;
        for (int restores = 0; restores < 3; restores++) {
            assertThat(await(store.release(last, null))).isTrue();
            Databases.execute(
                    dataSource, "UPDATE muster_lease SET token = " + saved.token() + " WHERE name = '" + name + "'");
            Databases.execute(dataSource, "ALTER SEQUENCE muster_lease_token RESTART WITH " + (saved.token() + 1));

            // A restore takes longer than that.
            long millisecond = System.nanoTime() + 2_000_000;
            while (System.nanoTime() < millisecond) {
                Thread.onSpinWait();
            }
            JdbcSchema.beginEpoch(dataSource);

            LeaseKey next = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
            assertThat(next.token()).isGreaterThan(last.token());
            last = next;
        }
    }

    /** As that of a cluster whose nodes draw from it in turns. */
    @Test
    void aSequenceThatLagsBringsNoSmallerToken() throws SQLException {
        String name = "lagging " + UUID.randomUUID();
        LeaseKey first = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        assertThat(await(store.release(first, null))).isTrue();
        Databases.execute(dataSource, "ALTER SEQUENCE muster_lease_token RESTART WITH 1");
        try {
            LeaseKey second = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
            assertThat(second.token()).isGreaterThan(first.token());
        } finally {
            JdbcSchema.beginEpoch(dataSource);
        }
    }

    @Test
    void acquisitionsThatHangHoldUpNoRenewal() throws SQLException {
        String busy = "busy " + UUID.randomUUID();
        LeaseKey ended = granted(await(store.acquire(request(busy, "a", UUID.randomUUID(), null))));
        assertThat(await(store.release(ended, null))).isTrue();
        List<LeaseKey> keys = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            keys.add(granted(await(store.acquire(request(busy + i, "a", UUID.randomUUID(), null)))));
        }
        List<CompletableFuture<Grant>> hanging = new ArrayList<>();
        try (Connection locking = dataSource.getConnection();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            assertThat(statement.executeUpdate("UPDATE muster_lease SET holder = 'x' WHERE name = '" + busy + "'"))
                    .isEqualTo(1);
            for (int i = 0; i < 8; i++) {
                hanging.add(store.acquire(request(busy, "a", UUID.randomUUID(), null))
                        .toCompletableFuture());
            }

            assertThat(await(store.renew(keys))).containsExactlyInAnyOrderElementsOf(keys);
            assertThat(hanging).noneMatch(CompletableFuture::isDone);
            locking.rollback();
        }
        Object unused = CompletableFuture.allOf(hanging.toArray(CompletableFuture[]::new))
                .handle((answer, failure) -> "ended")
                .join();
    }

    @Test
    void creatingTheSchemaAgainChangesNothing() throws SQLException {
        String name = "schema " + UUID.randomUUID();
        LeaseKey key = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));

        JdbcSchema.create(dataSource);

        assertThat(await(store.renew(List.of(key)))).containsExactly(key);
        LeaseKey next = granted(await(store.acquire(request(name + "b", "a", UUID.randomUUID(), null))));
        assertThat(next.token()).isBetween(key.token() + 1, key.token() + 1000);
    }
}
