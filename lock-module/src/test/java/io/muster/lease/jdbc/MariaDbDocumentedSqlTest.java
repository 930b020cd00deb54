package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class MariaDbDocumentedSqlTest extends DocumentedSqlContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("MariaDB");
        return Databases.mariadb();
    }
}
