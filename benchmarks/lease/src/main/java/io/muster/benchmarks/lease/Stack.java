package io.muster.benchmarks.lease;

import java.sql.SQLException;
import java.time.Duration;

/** Who keeps the lease. */
enum Stack {
    MUSTER("Muster", Duration.ofSeconds(5)),
    /** Our lease, and a resource that looks at no token. */
    NO_GUARD("no guard", Duration.ofSeconds(5)),
    /** With its keep-alive provider, which refuses less than 30 s. */
    SHEDLOCK("ShedLock", Duration.ofSeconds(30)),
    /** Its fenced lock, kept alive by its watchdog. */
    REDISSON("Redisson's fenced lock", Duration.ofSeconds(5));

    private final String label;
    private final Duration ttl;

    Stack(String label, Duration ttl) {
        this.label = label;
        this.ttl = ttl;
    }

    /** Its name for people. */
    String label() {
        return label;
    }

    /** How long its lease lives when the holder falls silent. */
    Duration ttl() {
        return ttl;
    }

    /** A process's access to a lease and to what it protects. */
    Holder open(Address address, String resource, String writer) throws SQLException {
        boolean redis = address.backend() == Backend.REDIS;
        return switch (this) {
            case MUSTER ->
                switch (address.backend()) {
                    case REDIS -> MusterRedisHolder.open(address, resource, writer, ttl);
                    case HTTP -> MusterHttpHolder.guarded(address, resource, writer, ttl);
                    case POSTGRESQL, MARIADB, H2 -> MusterJdbcHolder.open(address, resource, writer, ttl);
                };
            case NO_GUARD -> MusterHttpHolder.open(address, resource, writer, ttl);
            case SHEDLOCK ->
                redis
                        ? ShedLockHolder.overRedis(address, resource, ttl)
                        : ShedLockHolder.overJdbc(address, resource, ttl);
            case REDISSON -> RedissonHolder.open(address, resource, ttl);
        };
    }
}
