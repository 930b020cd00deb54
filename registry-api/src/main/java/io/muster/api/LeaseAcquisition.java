package io.muster.api;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a lease: the body of {@code POST /v1/leases/acquire}.
 *
 * @param name of the lease, 1 to 200 printable characters
 * @param holder who asks, for people, as long; it decides nothing
 * @param requestId a UUID, new for each acquisition, the same when one acquisition asks again
 * @param ttl how long the grant lives without renewal: 100 ms to 1 day
 * @param tick the planned time of the run that wants the lease, milliseconds since 1970: refused when that or a later one is
 *     completed; absent for none
 */
public record LeaseAcquisition(
        String name,
        String holder,
        UUID requestId,
        Duration ttl,
        @Nullable Long tick) {
    private static final Duration MIN_TTL = Duration.ofMillis(100);
    private static final Duration MAX_TTL = Duration.ofDays(1);

    /** @throws InvalidFieldException when a part is absent or breaks its rule */
    public LeaseAcquisition {
        LeaseNames.checked("name", name);
        LeaseNames.checked("holder", holder);
        Names.required("requestId", requestId);
        Names.required("ttl", ttl);
        if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw new InvalidFieldException("ttl", "between 100ms and 1440m", Durations.print(ttl));
        }
        if (tick != null) {
            LeaseNames.requireTick("tick", tick);
        }
    }
}
