package io.muster.lb;

import java.util.List;

/**
 * Builds a picker for a fixed set of endpoints. Called when the eligible endpoints change, off the request path, by one
 * thread at a time for each balancer; one strategy may serve several balancers at once, so state belongs to the picker.
 * An exception leaves the balancer as it was and reaches whoever caused the change.
 */
@FunctionalInterface
public interface Strategy {
    /**
     * Builds a picker.
     *
     * @param endpoints who may take requests: immutable, at least one, each of a weight above 0, sorted by id
     */
    Picker picker(List<Endpoint> endpoints);

    /** Whether its pickers go by the latency of requests; if not, nobody need read a clock for them. */
    default boolean usesLatency() {
        return true;
    }

    /** Whether its pickers keep requests of equal keys together. */
    default boolean isKeyed() {
        return false;
    }
}
