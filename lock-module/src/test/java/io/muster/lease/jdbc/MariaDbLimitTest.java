package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class MariaDbLimitTest extends JdbcLimitContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("MariaDB");
        return Databases.mariadb();
    }

    @Override
    String longQuery() {
        return "SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_20000 b";
    }

    @Override
    String limitSession(long seconds) {
        return "SET SESSION max_statement_time = " + seconds + ", SESSION idle_transaction_timeout = " + seconds;
    }

    @Override
    String sessionLimits() {
        return "SELECT CONCAT(ROUND(@@SESSION.max_statement_time), ' ', @@SESSION.idle_transaction_timeout)";
    }
}
