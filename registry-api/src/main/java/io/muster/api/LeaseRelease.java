package io.muster.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends a grant: the body of {@code POST /v1/leases/release}.
 *
 * @param name of the lease
 * @param token of the grant
 * @param rest nobody is granted the lease for that long, 1 ms to 28 days; absent for an end at once
 * @param completed the planned time whose work is done, milliseconds since 1970; absent for none
 */
public record LeaseRelease(
        String name,
        long token,
        @Nullable Duration rest,
        @Nullable Long completed) {
    private static final Duration MAX_REST = Duration.ofDays(28);

    /** @throws InvalidFieldException when a part is absent or breaks its rule */
    public LeaseRelease {
        LeaseKey unused = new LeaseKey(name, token);
        if (rest != null && (rest.compareTo(Duration.ofMillis(1)) < 0 || rest.compareTo(MAX_REST) > 0)) {
            throw new InvalidFieldException("rest", "between 1ms and 40320m", Durations.print(rest));
        }
        if (completed != null) {
            LeaseNames.requireTick("completed", completed);
        }
    }

    /**
     * The answer.
     *
     * @param released whether the grant was live
     */
    public record Answer(boolean released) {}
}
