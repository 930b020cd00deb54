package io.muster.benchmarks.lease;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.lettuce.core.RedisURI;

/**
 * Where a backend answers.
 *
 * @param port on the loopback; without meaning for H2; of the database behind it for HTTP
 * @param service port of the service that writes for others; 0 where each writes by itself
 */
record Address(Backend backend, int port, int service) {
    static final String HOST = "127.0.0.1";
    /** The databases' user, password and database. */
    static final String ACCOUNT = "bench";

    private static final int POOL = 8;

    Address(Backend backend, int port) {
        this(backend, port, 0);
    }

    /** H2 in this process. */
    static Address h2() {
        return new Address(Backend.H2, 0);
    }

    /** The same backend behind a proxy. */
    Address behind(int proxyPort) {
        return new Address(backend, proxyPort, service);
    }

    RedisURI redis() {
        return RedisURI.create(HOST, port);
    }

    /** A pool of its own of eight connections; the caller closes it. */
    HikariDataSource pool() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl());
        config.setUsername(ACCOUNT);
        config.setPassword(ACCOUNT);
        config.setMaximumPoolSize(POOL);
        // Whoever is cut off shall fail, not wait for half a minute.
        config.setConnectionTimeout(2000);
        config.setValidationTimeout(1000);
        return new HikariDataSource(config);
    }

    String jdbcUrl() {
        return switch (backend) {
            case POSTGRESQL, HTTP -> "jdbc:postgresql://" + HOST + ":" + port + "/" + ACCOUNT;
            case MARIADB -> "jdbc:mariadb://" + HOST + ":" + port + "/" + ACCOUNT;
            case H2 -> "jdbc:h2:mem:bench;DB_CLOSE_DELAY=-1";
            case REDIS -> throw new IllegalStateException("Redis has no JDBC");
        };
    }
}
