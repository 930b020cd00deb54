package io.muster.lb;

import org.jspecify.annotations.Nullable;

/**
 * Chooses one of a fixed set of endpoints. Called by all threads at once for every request: takes no lock, allocates
 * nothing and does not throw.
 */
@FunctionalInterface
public interface Picker {
    /**
     * Chooses an endpoint without starting a request on it.
     *
     * @param key the request's hash, for strategies that keep equal keys together; ignored by all others
     * @param tried endpoints that this call has tried already and that must not be chosen
     * @return the endpoint, or null when all are excluded
     */
    @Nullable
    Endpoint pick(long key, Exclusions tried);
}
