package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class PostgreSqlGuardTest extends JdbcGuardContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("PostgreSQL");
        return Databases.postgresql();
    }
}
