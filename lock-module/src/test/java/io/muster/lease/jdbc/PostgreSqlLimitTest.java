package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;

class PostgreSqlLimitTest extends JdbcLimitContract {
    @Override
    HikariDataSource database() throws SQLException {
        Databases.requireDocker("PostgreSQL");
        return Databases.postgresql();
    }

    @Override
    String longQuery() {
        return "SELECT pg_sleep(50)";
    }

    @Override
    String limitSession(long seconds) {
        return "SET statement_timeout = '" + seconds + "s'; SET idle_in_transaction_session_timeout = '" + seconds
                + "s'";
    }

    @Override
    String sessionLimits() {
        return "SELECT " + seconds("statement_timeout") + " || ' ' || "
                + seconds("idle_in_transaction_session_timeout");
    }

    private static String seconds(String setting) {
        return "CAST(EXTRACT(EPOCH FROM CAST(current_setting('" + setting + "') AS INTERVAL)) AS INT)";
    }
}
