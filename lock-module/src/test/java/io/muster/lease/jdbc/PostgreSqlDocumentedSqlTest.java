package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class PostgreSqlDocumentedSqlTest extends DocumentedSqlContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("PostgreSQL");
        return Databases.postgresql();
    }
}
