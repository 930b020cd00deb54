package io.muster.lb;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that one call has tried already. Immutable, compared by identity, meant for a handful:
 * {@link #contains} is a linear search.
 */
public final class Exclusions {
    private static final Exclusions NONE = new Exclusions(new Endpoint[0]);

    private final Endpoint[] endpoints;

    private Exclusions(Endpoint[] endpoints) {
        this.endpoints = endpoints;
    }

    /** No endpoint: what a first attempt passes. */
    public static Exclusions none() {
        return NONE;
    }

    /** These and {@code endpoint}. */
    public Exclusions with(Endpoint endpoint) {
        if (contains(endpoint)) {
            return this;
        }
        Endpoint[] more = Arrays.copyOf(endpoints, endpoints.length + 1);
        more[endpoints.length] = endpoint;
        return new Exclusions(more);
    }

    /** Whether {@code endpoint} has been tried. */
    public boolean contains(Endpoint endpoint) {
        for (Endpoint tried : endpoints) {
            if (tried == endpoint) {
                return true;
            }
        }
        return false;
    }

    /** The first of {@code candidates} that has not been tried, in their order from {@code from} on and around; or null. */
    @Nullable
    Endpoint firstOther(Endpoint[] candidates, int from) {
        for (int i = from; i < from + candidates.length; i++) {
            Endpoint candidate = candidates[i < candidates.length ? i : i - candidates.length];
            if (!contains(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /** Whether nothing has been tried. */
    public boolean isEmpty() {
        // There is one of that kind alone.
        return this == NONE;
    }

    /** How many endpoints have been tried. */
    public int size() {
        return endpoints.length;
    }
}
