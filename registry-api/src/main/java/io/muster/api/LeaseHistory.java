package io.muster.api;

import java.util.List;

/**
 * The answer to {@code GET /v1/leases/history}: who held what.
 *
 * @param entries the oldest first, at most the registry's last 1,000
 */
public record LeaseHistory(List<Entry> entries) {
    /** An absent list is an empty one. */
    public LeaseHistory {
        entries = entries == null ? List.of() : List.copyOf(entries);
    }

    /**
     * What became of a lease.
     *
     * @param index counts such events, the same on all nodes of a registry
     * @param event GRANTED, RELEASED, EXPIRED or FORCED
     * @param name of the lease
     * @param holder whose grant it is, or was
     * @param token of that grant
     * @param by who forced it; empty otherwise
     * @param agoMillis how long ago by the lease clock, which stands still while no node leads
     */
    public record Entry(long index, String event, String name, String holder, long token, String by, long agoMillis) {
        /** @throws InvalidFieldException when a part is absent */
        public Entry {
            Names.required("event", event);
            Names.required("name", name);
            Names.required("holder", holder);
            by = by == null ? "" : by;
        }
    }
}
