package io.muster.lease.shedlock;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.lease.LeaseStore;
import io.muster.lease.jdbc.Databases;
import io.muster.lease.jdbc.JdbcLeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class H2ShedLockKitTest extends ShedLockKit {
    private HikariDataSource database;
    private LeaseStore store;

    @BeforeEach
    @Override
    void open() throws SQLException {
        database = Databases.h2();
        store = JdbcLeaseStore.open(database);
        super.open();
    }

    @AfterEach
    @Override
    void close() {
        super.close();
        store.close();
        database.close();
    }

    @Override
    LeaseStore store() {
        return store;
    }

    @Override
    void pass(Duration time) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(
                    "UPDATE muster_lease SET expires_at = DATEADD(MILLISECOND, " + -time.toMillis() + ", expires_at)");
        }
    }
}
