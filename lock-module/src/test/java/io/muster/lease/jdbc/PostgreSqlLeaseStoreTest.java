package io.muster.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseStore.Durability;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PostgreSqlLeaseStoreTest extends JdbcStoreContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("PostgreSQL");
        return Databases.postgresql();
    }

    @Override
    String earlier(String column, long seconds) {
        return column + " - INTERVAL '1 second' * (" + seconds + ")";
    }

    @Test
    void itIsDurable() {
        assertThat(store().traits().durability()).isEqualTo(Durability.DURABLE);
        assertThat(store().traits().kind()).isEqualTo("JDBC (PostgreSQL)");
    }
}
