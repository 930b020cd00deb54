package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class H2LimitTest extends JdbcLimitContract {
    @Override
    HikariDataSource database() throws SQLException {
        return Databases.h2();
    }

    @Override
    String longQuery() {
        return "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 20000) b";
    }

    @Override
    String limitSession(long seconds) {
        return "SET QUERY_TIMEOUT " + seconds * 1000;
    }

    @Override
    String sessionLimits() {
        return "SELECT CAST(SETTING_VALUE AS INT) / 1000 FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'QUERY_TIMEOUT'";
    }

    /** It knows no idle transactions. */
    @Override
    String limits(long statement, long idle) {
        return String.valueOf(statement);
    }
}
