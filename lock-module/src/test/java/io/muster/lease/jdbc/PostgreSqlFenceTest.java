package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PostgreSqlFenceTest extends JdbcFenceContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("PostgreSQL");
        return Databases.postgresql();
    }

    @Test
    @Override
    void aFrozenTransactionDoesNotHoldUpTheSuccessorForEver() throws Exception {
        super.aFrozenTransactionDoesNotHoldUpTheSuccessorForEver();
    }

    @Test
    @Override
    void aDatabaseThatFallsSilentHoldsUpNoRaiseForEver() throws Exception {
        super.aDatabaseThatFallsSilentHoldsUpNoRaiseForEver();
    }
}
