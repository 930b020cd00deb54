package io.muster.benchmarks.lease;

import io.lettuce.core.RedisClient;
import io.muster.benchmarks.report.Progress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** PostgreSQL, MariaDB and Redis in containers of their own, at their images' defaults, with all tables. */
final class Backends {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Map<Backend, Address> addresses = new EnumMap<>(Backend.class);

    private Backends() {}

    /**
     * Starts what can be started; what cannot is missing afterwards, and said.
     *
     * @param wanted of PostgreSQL, MariaDB and Redis
     */
    static Backends start(Progress progress, List<Backend> wanted) throws InterruptedException {
        Backends started = new Backends();
        if (!Docker.answers()) {
            progress.say(
                    "no Docker engine answers: PostgreSQL, MariaDB and Redis are missing, and their rows are SHORT");
            return started;
        }
        for (Backend backend : wanted) {
            try {
                Docker.removeOrphans();
                started.addresses.put(backend, start(backend));
                progress.say("%s has started", backend.label());
            } catch (IOException | SQLException e) {
                progress.say("%s cannot be started, and its rows are SHORT: %s", backend.label(), e);
            }
        }
        return started;
    }

    /** Empty when it could not be started. */
    Optional<Address> address(Backend backend) {
        return Optional.ofNullable(addresses.get(backend));
    }

    /** Those of PostgreSQL, MariaDB and Redis that have started. */
    List<Address> all() {
        return List.copyOf(addresses.values());
    }

    private static Address start(Backend backend) throws IOException, SQLException, InterruptedException {
        return switch (backend) {
            case POSTGRESQL ->
                withTables(new Address(
                        backend,
                        Docker.start(
                                "postgres:15",
                                5432,
                                Map.of(
                                        "POSTGRES_USER", Address.ACCOUNT,
                                        "POSTGRES_PASSWORD", Address.ACCOUNT,
                                        "POSTGRES_DB", Address.ACCOUNT))));
            case MARIADB ->
                withTables(new Address(
                        backend,
                        Docker.start(
                                "mariadb:10.11",
                                3306,
                                Map.of(
                                        "MARIADB_ROOT_PASSWORD", Address.ACCOUNT,
                                        "MARIADB_USER", Address.ACCOUNT,
                                        "MARIADB_PASSWORD", Address.ACCOUNT,
                                        "MARIADB_DATABASE", Address.ACCOUNT))));
            case REDIS -> answering(new Address(backend, Docker.start("redis:7", 6379, Map.of())));
            case HTTP, H2 -> throw new IllegalArgumentException(backend.label() + " has no server of its own");
        };
    }

    private static Address withTables(Address address) throws IOException, SQLException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Connection connection =
                    DriverManager.getConnection(address.jdbcUrl(), Address.ACCOUNT, Address.ACCOUNT)) {
                boolean unused = connection.isValid(1);
                break;
            } catch (SQLException e) {
                late(address, deadline, e);
            }
        }
        Tables.create(address);
        return address;
    }

    private static Address answering(Address address) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        RedisClient client = RedisClient.create(address.redis());
        try {
            while (true) {
                try (var connection = client.connect()) {
                    String unused = connection.sync().ping();
                    return address;
                } catch (RuntimeException e) {
                    late(address, deadline, e);
                }
            }
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static void late(Address address, long deadline, Exception cause) throws IOException, InterruptedException {
        if (System.nanoTime() > deadline) {
            throw new IOException(
                    address.backend().label() + " did not answer within " + START_LIMIT.toSeconds() + " s", cause);
        }
        TimeUnit.MILLISECONDS.sleep(200);
    }
}
