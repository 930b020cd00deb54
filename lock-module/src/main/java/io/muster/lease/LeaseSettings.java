package io.muster.lease;

import java.time.Duration;

/**
 * How leases are held.
 *
 * @param holder this process, for people who look at a lease; it decides nothing
 * @param ttl how long a lease lives when its holder falls silent. Longer rides out longer pauses and fail-overs of the store;
 *     shorter lets the next holder start sooner after a crash
 * @param maxHold after this time a lease is lost however well it is renewed, so that a leaked one does not live for ever
 * @param haltGrace how long work may go on after its lease was lost, before it counts as overrun
 * @param onOverrun what to do about work that goes on
 * @param maxLeases the most leases that this process holds at a time, from 1 to 10,000
 * @param allowWeakStore whether a store may be used whose tokens a fail-over can lose
 */
public record LeaseSettings(
        String holder,
        Duration ttl,
        Duration maxHold,
        Duration haltGrace,
        OverrunPolicy onOverrun,
        int maxLeases,
        boolean allowWeakStore) {
    /** What to do about work that ignores the interrupt. It is told to the listener and the log in any case. */
    public enum OverrunPolicy {
        LOG,
        /**
         * Halts the process when the work goes on a second later still: no shutdown hook runs, because one might wait for the
         * very work. The exit code is 70.
         */
        HALT
    }

    /** @throws IllegalArgumentException names the setting and its value if one is out of range */
    public LeaseSettings {
        Names.checked("holder", holder);
        positive("ttl", ttl);
        positive("maxHold", maxHold);
        positive("haltGrace", haltGrace);
        if (maxLeases < 1 || maxLeases > 10_000) {
            throw new IllegalArgumentException("maxLeases must be from 1 to 10000 but was " + maxLeases);
        }
    }

    /** TTL 15 s, at most 1 h, grace 10 s, log overruns, 1000 leases, no weak store. */
    public static LeaseSettings defaults(String holder) {
        return new LeaseSettings(
                holder,
                Duration.ofSeconds(15),
                Duration.ofHours(1),
                Duration.ofSeconds(10),
                OverrunPolicy.LOG,
                1000,
                false);
    }

    public LeaseSettings withTtl(Duration newTtl) {
        return new LeaseSettings(holder, newTtl, maxHold, haltGrace, onOverrun, maxLeases, allowWeakStore);
    }

    public LeaseSettings withMaxHold(Duration newMaxHold) {
        return new LeaseSettings(holder, ttl, newMaxHold, haltGrace, onOverrun, maxLeases, allowWeakStore);
    }

    public LeaseSettings withOverrun(Duration newHaltGrace, OverrunPolicy newOnOverrun) {
        return new LeaseSettings(holder, ttl, maxHold, newHaltGrace, newOnOverrun, maxLeases, allowWeakStore);
    }

    public LeaseSettings withMaxLeases(int newMaxLeases) {
        return new LeaseSettings(holder, ttl, maxHold, haltGrace, onOverrun, newMaxLeases, allowWeakStore);
    }

    public LeaseSettings withAllowWeakStore(boolean allow) {
        return new LeaseSettings(holder, ttl, maxHold, haltGrace, onOverrun, maxLeases, allow);
    }

    private static void positive(String field, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(field + " must be positive but was " + value);
        }
    }
}
