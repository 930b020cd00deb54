package io.muster.registry.lease;

/**
 * What became of a lease.
 *
 * @param index counts the events, from 1; the same on all nodes
 * @param kind what happened
 * @param name of the lease
 * @param holder whose grant it is, or was
 * @param token of that grant
 * @param by the operator who forced it; empty otherwise
 * @param clockNanos when, by the lease clock
 */
public record LeaseEvent(long index, Kind kind, String name, String holder, long token, String by, long clockNanos) {
    /** What happens to a lease. */
    public enum Kind {
        GRANTED,
        RELEASED,
        EXPIRED,
        FORCED
    }
}
