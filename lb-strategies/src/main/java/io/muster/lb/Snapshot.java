package io.muster.lb;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The endpoints of a balancer at one moment, with the pickers built for them. Immutable. */
public final class Snapshot {
    static final Picker NOBODY = (key, tried) -> null;

    private final long version;
    private final List<Endpoint> endpoints;
    private final List<Endpoint> eligible;
    private final List<Endpoint> used;
    private final Picker picker;
    private final Map<String, Picker> routes;
    private final boolean usesOut;
    private final boolean panic;
    private final boolean changesWithTime;
    private final long reviewAt;
    /** @param reviewAt when time alone makes a difference; null for never */
    Snapshot(
            long version,
            List<Endpoint> endpoints,
            List<Endpoint> eligible,
            List<Endpoint> used,
            Picker picker,
            Map<String, Picker> routes,
            boolean usesOut,
            boolean panic,
            @Nullable Long reviewAt) {
        this.version = version;
        this.endpoints = endpoints;
        this.eligible = eligible;
        this.used = used;
        this.picker = picker;
        this.routes = routes;
        this.usesOut = usesOut;
        this.panic = panic;
        this.changesWithTime = reviewAt != null;
        this.reviewAt = reviewAt == null ? 0 : reviewAt;
    }

    static Snapshot empty() {
        return new Snapshot(0, List.of(), List.of(), List.of(), NOBODY, Map.of(), false, false, null);
    }

    /** All endpoints, sorted by id. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /**
     * The endpoints that take requests, sorted by id: those of a weight above 0 that belong to the caller's subset and have not been taken
     * out of the rotation; when all have been, all of them.
     */
    public List<Endpoint> eligible() {
        return eligible;
    }

    /** {@link #eligible()} with those that outlier detection has taken out. */
    List<Endpoint> used() {
        return used;
    }

    /** The same, as old as it is, to be built anew at another time. */
    Snapshot reviewedAt(long at) {
        return new Snapshot(version, endpoints, eligible, used, picker, routes, usesOut, panic, at);
    }

    /** Grows with every change of the balancer; 0 before the first. */
    public long version() {
        return version;
    }

    /**
     * Chooses among {@link #eligible()}, but for those that serve a route; always null when there is none. {@link LoadBalancer#pick} also passes by
     * endpoints that went out since it was built.
     */
    public Picker picker() {
        return picker;
    }

    /** Chooses among the endpoints of a route; where it has none, as {@link #picker()} does. */
    public Picker picker(Route route) {
        return routes.getOrDefault(route.name(), picker);
    }

    /** Whether a route has endpoints of its own. */
    public boolean has(Route route) {
        return routes.containsKey(route.name());
    }

    /** Whether outlier detection would leave so few endpoints that it is passed over. */
    public boolean isPanic() {
        return panic;
    }

    /** Whether endpoints that are out of the rotation are among the eligible, for want of others. */
    boolean usesOut() {
        return usesOut;
    }

    /** Whether it was time to build it anew. */
    boolean isDue(long now) {
        return changesWithTime && now - reviewAt >= 0;
    }

    /** Whether time alone makes a difference to it. */
    boolean changesWithTime() {
        return changesWithTime;
    }
}
