package io.muster.lease.spring;

import io.muster.lease.LeaseSettings;
import io.muster.lease.LeaseSettings.OverrunPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How this application holds leases.
 *
 * @param enabled Whether there are leases in this application. When false, its annotations do nothing: methods run in every
 *     process.
 * @param holder This process, for people who look at a lease; the application's name, the host and a random part by default.
 * @param ttl How long a lease lives when its holder falls silent.
 * @param maxHold After this time a lease is lost however well it is renewed. A leader's has no such limit.
 * @param haltGrace How long work may go on after its lease was lost, before it counts as overrun.
 * @param onOverrun What to do about work that goes on: log, or halt the process.
 * @param maxLeases Most leases of this process at a time, 1 to 10000.
 * @param allowWeakStore Whether a store may be used whose tokens a fail-over can lose, such as Redis.
 * @param store Where leases are kept, unless there is a bean of type LeaseStore. Auto is the registry of which Muster's starter
 *     makes this application a client, and without that the application's single or primary DataSource.
 * @param jdbc For leases in a database.
 * @param redis For leases in Redis.
 * @param guard Which resources check fencing tokens by themselves.
 */
@Validated
@ConfigurationProperties("muster.lease")
public record MusterLeaseProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String holder,
        @DefaultValue("15s") Duration ttl,
        @DefaultValue("1h") Duration maxHold,
        @DefaultValue("10s") Duration haltGrace,
        @DefaultValue("log") OverrunPolicy onOverrun,
        @DefaultValue("1000") int maxLeases,
        @DefaultValue("false") boolean allowWeakStore,
        @DefaultValue("auto") Store store,
        @DefaultValue Jdbc jdbc,
        @DefaultValue Redis redis,
        @DefaultValue Guard guard) {
    /** @throws IllegalArgumentException when a value breaks its rule */
    public MusterLeaseProperties {
        requirePositive("ttl", ttl);
        requirePositive("max-hold", maxHold);
        requirePositive("halt-grace", haltGrace);
        if (maxLeases < 1 || maxLeases > 10_000) {
            throw new IllegalArgumentException(
                    "muster.lease.max-leases must be between 1 and 10000 but was " + maxLeases);
        }
    }

    /** Where leases are kept. */
    public enum Store {
        /** In the registry when Muster's starter knows one, else in the application's single or primary DataSource. */
        AUTO,
        /** In the registry that Muster's starter knows. */
        REGISTRY,
        /** In the application's single or primary DataSource: PostgreSQL, MariaDB or H2. */
        JDBC,
        /** In Redis, whose fail-over can lose tokens. */
        REDIS,
        /** In this process: they exclude no other. */
        MEMORY
    }

    /**
     * For leases in a database.
     *
     * @param createSchema Whether missing tables are created at the start. Otherwise run the shipped script
     *     io/muster/lease/jdbc/schema-*.sql with your migrations.
     */
    public record Jdbc(@DefaultValue("false") boolean createSchema) {}

    /**
     * For leases in Redis.
     *
     * @param url Where Redis is, as in redis://user:password@host:6379/0, or rediss:// for TLS; as spring.data.redis says by
     *     default.
     */
    public record Redis(@Nullable String url) {
        /** Without the URL, which may have a password in it. */
        @Override
        public String toString() {
            return "Redis[url=" + (url == null ? "none" : "given") + "]";
        }
    }

    /**
     * Which resources check fencing tokens by themselves.
     *
     * @param dataSource Whether the application's single or primary DataSource checks the fences of a lease with resources, as
     *     the first statement of each transaction under it.
     * @param transactionLimit After which a guarded transaction is rolled back when it goes on, and the database ends one of its
     *     statements; four times the TTL by default.
     */
    public record Guard(
            @DefaultValue("false") boolean dataSource,
            @Nullable Duration transactionLimit) {
        private static final Duration MIN = Duration.ofSeconds(1);
        private static final Duration MAX = Duration.ofDays(1);

        /** @throws IllegalArgumentException when the limit is out of range */
        public Guard {
            if (transactionLimit != null
                    && (transactionLimit.compareTo(MIN) < 0 || transactionLimit.compareTo(MAX) > 0)) {
                throw new IllegalArgumentException("muster.lease.guard.transaction-limit must be from " + MIN + " to "
                        + MAX + " but was " + transactionLimit);
            }
        }
    }

    LeaseSettings settings(String defaultHolder) {
        return new LeaseSettings(
                holder == null || holder.isBlank() ? defaultHolder : holder,
                ttl,
                maxHold,
                haltGrace,
                onOverrun,
                maxLeases,
                allowWeakStore);
    }

    private static void requirePositive(String property, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("muster.lease." + property + " must be positive but was " + value);
        }
    }
}
