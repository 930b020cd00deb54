package io.muster.registry.lease;

import org.jspecify.annotations.Nullable;

/**
 * A lease as it is stored.
 *
 * @param name of the lease
 * @param holder of the last grant
 * @param token of the last grant
 * @param remainingNanos of a live grant, by the lease clock; zero when none is live
 * @param completedMillis the latest tick whose work is done, milliseconds since 1970; null for none
 */
public record StoredLease(
        String name,
        String holder,
        long token,
        long remainingNanos,
        @Nullable Long completedMillis) {
    /** Whether the grant is live. */
    public boolean live() {
        return remainingNanos > 0;
    }
}
