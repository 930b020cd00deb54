package io.muster.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /v1/leases}: what the asked node knows.
 *
 * @param leases sorted by name, at most 1,000
 */
public record LeaseList(List<Entry> leases) {
    /** An absent list is an empty one. */
    public LeaseList {
        leases = leases == null ? List.of() : List.copyOf(leases);
    }

    /**
     * One lease; also the answer to {@code GET /v1/leases/{name}}.
     *
     * @param name of the lease
     * @param holder of the last grant
     * @param token of the last grant
     * @param live whether that grant is live
     * @param remainingMillis of a live grant, without renewal; 0 when it is over
     * @param completed the latest planned time whose work is done, milliseconds since 1970; absent for none
     */
    public record Entry(
            String name,
            String holder,
            long token,
            boolean live,
            long remainingMillis,
            @Nullable Long completed) {
        /** @throws InvalidFieldException when a part is absent */
        public Entry {
            Names.required("name", name);
            Names.required("holder", holder);
        }
    }
}
