package io.muster.lb;

import java.util.List;

/** The endpoints of a balancer at one moment, with the picker built for them. Immutable. */
public final class Snapshot {
    private final long version;
    private final List<Endpoint> endpoints;
    private final List<Endpoint> eligible;
    private final Picker picker;

    Snapshot(long version, List<Endpoint> endpoints, List<Endpoint> eligible, Picker picker) {
        this.version = version;
        this.endpoints = List.copyOf(endpoints);
        this.eligible = List.copyOf(eligible);
        this.picker = picker;
    }

    /** All endpoints, sorted by id. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /**
     * The endpoints that take requests, sorted by id: those of a weight above 0 that have not been taken out of the
     * rotation; when all have been, all of a weight above 0.
     */
    public List<Endpoint> eligible() {
        return eligible;
    }

    /** Grows with every change of the balancer; 0 before the first. */
    public long version() {
        return version;
    }

    /** Chooses among {@link #eligible()}; always null when there is none. */
    public Picker picker() {
        return picker;
    }
}
