package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.LeaseKey;
import io.muster.lease.store.LeaseStoreContract;
import io.muster.lease.store.TokenEpoch;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
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

    @Test
    void aNewEpochIsAboveAllTokens() throws SQLException {
        String name = "epoch " + UUID.randomUUID();
        LeaseKey before = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        assertThat(await(store.release(before, null))).isTrue();
        assertThat(before.token()).isGreaterThan(TokenEpoch.ofDay(Instant.now().minus(Duration.ofDays(2))));

        JdbcSchema.beginEpoch(dataSource);

        LeaseKey after = granted(await(store.acquire(request(name, "a", UUID.randomUUID(), null))));
        assertThat(after.token() >> TokenEpoch.COUNTER_BITS).isGreaterThan(before.token() >> TokenEpoch.COUNTER_BITS);
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
