package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class H2DocumentedSqlTest extends DocumentedSqlContract {
    @Override
    HikariDataSource database() throws SQLException {
        return Databases.h2();
    }
}
