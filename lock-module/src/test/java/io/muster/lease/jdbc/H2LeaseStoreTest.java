package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseStore;
import io.muster.lease.LeaseStore.Durability;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class H2LeaseStoreTest extends JdbcStoreContract {
    @Override
    HikariDataSource database() throws SQLException {
        return Databases.h2();
    }

    @Override
    String earlier(String column, long seconds) {
        return "DATEADD(SECOND, " + -seconds + ", " + column + ")";
    }

    @Test
    void whatLivesInMemorySaysSo() {
        assertThat(store().traits().durability()).isEqualTo(Durability.PROCESS);
    }

    @Test
    void aDatabaseWithoutTheSchemaIsRefused() {
        JdbcDataSource empty = new JdbcDataSource();
        empty.setUrl("jdbc:h2:mem:" + UUID.randomUUID());
        assertThatThrownBy(() -> JdbcLeaseStore.open(empty)).hasMessageContaining("MUSTER_LEASE");
    }

    @Test
    void aPoolWithoutAutocommitServesAsWell() throws SQLException {
        try (HikariDataSource pool = Databases.h2()) {
            HikariDataSource manual = new HikariDataSource();
            manual.setJdbcUrl(pool.getJdbcUrl());
            manual.setUsername("sa");
            manual.setPassword("");
            manual.setAutoCommit(false);
            try (manual;
                    LeaseStore first = JdbcLeaseStore.open(manual);
                    LeaseStore second = JdbcLeaseStore.open(pool)) {
                var key = granted(await(first.acquire(request("a", "h", UUID.randomUUID(), null))));
                held(await(second.acquire(request("a", "h", UUID.randomUUID(), null))));
                assertThat(await(first.renew(List.of(key)))).containsExactly(key);
            }
        }
    }
}
