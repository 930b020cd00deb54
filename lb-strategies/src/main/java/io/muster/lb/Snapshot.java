package io.muster.lb;

import java.util.ArrayList;
import java.util.List;

/** The endpoints of a balancer at one moment, with the picker built for them. Immutable. */
public final class Snapshot {
    private static final Picker NOBODY = (key, tried) -> null;

    private final long version;
    private final List<Endpoint> endpoints;
    private final List<Endpoint> eligible;
    private final Picker picker;
    private final boolean anyOut;
    private final long readmissionAt;

    private Snapshot(
            long version,
            List<Endpoint> endpoints,
            List<Endpoint> eligible,
            Picker picker,
            boolean anyOut,
            long readmissionAt) {
        this.version = version;
        this.endpoints = endpoints;
        this.eligible = eligible;
        this.picker = picker;
        this.anyOut = anyOut;
        this.readmissionAt = readmissionAt;
    }

    static Snapshot empty() {
        return new Snapshot(0, List.of(), List.of(), NOBODY, false, 0);
    }

    /** Takes the endpoints' weights and ejections as they are now. */
    static Snapshot of(long version, List<Endpoint> endpoints, Strategy strategy) {
        List<Endpoint> weighted = new ArrayList<>(endpoints.size());
        List<Endpoint> in = new ArrayList<>(endpoints.size());
        boolean anyOut = false;
        long readmissionAt = 0;
        for (Endpoint endpoint : endpoints) {
            if (endpoint.target().weight() == 0) {
                continue;
            }
            weighted.add(endpoint);
            Ejection ejection = endpoint.ejection();
            if (!ejection.isOut()) {
                in.add(endpoint);
            } else if (!anyOut || ejection.until() - readmissionAt < 0) {
                anyOut = true;
                readmissionAt = ejection.until();
            }
        }
        List<Endpoint> eligible = List.copyOf(in.isEmpty() ? weighted : in);
        Picker picker = eligible.isEmpty() ? NOBODY : strategy.picker(eligible);
        return new Snapshot(version, List.copyOf(endpoints), eligible, picker, anyOut, readmissionAt);
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

    /** Whether somebody waits to come back into the rotation. */
    boolean anyOut() {
        return anyOut;
    }

    /** When the first of those that are out may come back; of meaning only while {@link #anyOut()}. */
    long readmissionAt() {
        return readmissionAt;
    }
}
