package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class H2FenceTest extends JdbcFenceContract {
    @Override
    HikariDataSource database() throws SQLException {
        return Databases.h2();
    }
}
