package io.muster.lb;

import java.util.Arrays;

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

    /** Whether nothing has been tried. */
    public boolean isEmpty() {
        return endpoints.length == 0;
    }

    /** How many endpoints have been tried. */
    public int size() {
        return endpoints.length;
    }
}
