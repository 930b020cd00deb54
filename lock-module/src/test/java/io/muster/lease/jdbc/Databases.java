package io.muster.lease.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.JdbcDatabaseContainer;
import org.testcontainers.containers.MariaDBContainer;
import org.testcontainers.containers.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** Real databases: H2 in this process, the others in containers that end with it. */
public final class Databases {
    private Databases() {}

    /** A new H2 database in memory, with the schema. */
    public static HikariDataSource h2() throws SQLException {
        return pool("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000", "sa", "");
    }

    /** A PostgreSQL of its own, with the schema. */
    public static HikariDataSource postgresql() throws SQLException {
        return pool(started(Postgres.CONTAINER));
    }

    /** A MariaDB of its own, with the schema. */
    public static HikariDataSource mariadb() throws SQLException {
        return pool(started(Maria.CONTAINER));
    }

    /**
     * Skips the test, aloud, where there is no engine for containers; fails it where the environment has
     * {@code CONTAINERS_REQUIRED=true}.
     */
    public static void requireDocker(String what) {
        boolean docker = DockerClientFactory.instance().isDockerAvailable();
        if (!docker && Boolean.parseBoolean(System.getenv("CONTAINERS_REQUIRED"))) {
            throw new AssertionError("no container engine answers, so " + what + " cannot be tested");
        }
        if (!docker) {
            System.out.println("SKIPPED: no container engine, so no test against a real " + what);
        }
        Assumptions.assumeTrue(docker, "no container engine for " + what);
    }

    static void execute(HikariDataSource dataSource, String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Postgres {
        static final JdbcDatabaseContainer<?> CONTAINER =
                new PostgreSQLContainer<>(DockerImageName.parse("postgres:15"));
    }

    private static final class Maria {
        static final JdbcDatabaseContainer<?> CONTAINER =
                new MariaDBContainer<>(DockerImageName.parse("mariadb:10.11"));
    }

    private static JdbcDatabaseContainer<?> started(JdbcDatabaseContainer<?> container) {
        if (!container.isRunning()) {
            container.start();
            Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
        }
        return container;
    }

    private static HikariDataSource pool(JdbcDatabaseContainer<?> container) throws SQLException {
        return pool(container.getJdbcUrl(), container.getUsername(), container.getPassword());
    }

    private static HikariDataSource pool(String url, String user, String password) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(8);
        HikariDataSource pool = new HikariDataSource(config);
        JdbcSchema.create(pool);
        return pool;
    }
}
