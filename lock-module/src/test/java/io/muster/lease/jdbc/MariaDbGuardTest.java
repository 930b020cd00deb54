package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class MariaDbGuardTest extends JdbcGuardContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("MariaDB");
        return Databases.mariadb();
    }
}
