package io.muster.lb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.random.RandomGenerator;

/*
 * Builds a snapshot: decides who of the endpoints takes requests, and with what weight. The one place where the filters meet, each
 * of which is a pure function of the endpoints.
 */
final class Rotation {
    private final Strategy strategy;
    private final Options options;
    private final RandomGenerator random;
    private final long now;
    private final List<List<Endpoint>> eligible = new ArrayList<>();
    private boolean usesOut;
    private boolean panic;
    private long waitNanos = Long.MAX_VALUE;

    /** @param random draws zones, on every pick */
    Rotation(Strategy strategy, Options options, RandomGenerator random, long now) {
        this.strategy = strategy;
        this.options = options;
        this.random = random;
        this.now = now;
    }

    Snapshot of(long version, List<Endpoint> endpoints) {
        List<Endpoint> takers = new ArrayList<>(endpoints.size());
        for (Endpoint endpoint : endpoints) {
            weigh(endpoint);
            if (endpoint.target().weight() > 0) {
                takers.add(endpoint);
            }
        }
        Set<Endpoint> routed = new HashSet<>();
        Map<String, Picker> routes = new HashMap<>();
        for (Route route : options.routes()) {
            List<Endpoint> own = route.of(takers);
            if (!own.isEmpty()) {
                routes.put(route.name(), picker(own));
                routed.addAll(own);
            }
        }
        List<Endpoint> rest = routed.isEmpty()
                ? takers
                : takers.stream().filter(e -> !routed.contains(e)).toList();
        Picker picker = picker(rest.isEmpty() ? takers : rest);
        return new Snapshot(
                version,
                List.copyOf(endpoints),
                eligible(takers),
                picker,
                Map.copyOf(routes),
                usesOut,
                panic,
                waitNanos == Long.MAX_VALUE ? null : now + waitNanos);
    }

    /** Who takes requests of any picker, in the order of {@code takers}. */
    private List<Endpoint> eligible(List<Endpoint> takers) {
        if (eligible.size() == 1) {
            return List.copyOf(eligible.get(0));
        }
        Set<Endpoint> all = new HashSet<>();
        eligible.forEach(all::addAll);
        return takers.stream().filter(all::contains).toList();
    }

    private void weigh(Endpoint endpoint) {
        double share = endpoint.shareAt(now, options.slowStart());
        endpoint.share(share);
        if (share < 1) {
            reviewIn(options.slowStart().stepNanos());
        }
        Ejection ejection = endpoint.ejection();
        if (ejection.isOut()) {
            reviewIn(ejection.until() - now);
        }
    }

    private Picker picker(List<Endpoint> takers) {
        List<Endpoint> in = healthy(options.subset().of(takers));
        eligible.add(in);
        if (in.isEmpty()) {
            return Snapshot.NOBODY;
        }
        NavigableMap<String, Double> shares = options.zones().shares(in);
        return shares.isEmpty() ? strategy.picker(in) : ZonePicker.of(in, shares, strategy, random);
    }

    /** Without those that refuse connections, and those that fail more than others; but never nobody. */
    private List<Endpoint> healthy(List<Endpoint> endpoints) {
        List<Endpoint> reachable =
                endpoints.stream().filter(e -> !e.ejection().hasRefused()).toList();
        if (reachable.isEmpty()) {
            usesOut = true;
            return List.copyOf(endpoints);
        }
        List<Endpoint> good =
                reachable.stream().filter(e -> !e.ejection().isOut()).toList();
        if (good.size() < reachable.size()
                && (good.isEmpty() || options.outliers().isPanic(good.size(), reachable.size()))) {
            usesOut = true;
            panic = true;
            return reachable;
        }
        return good;
    }

    private void reviewIn(long nanos) {
        waitNanos = Math.min(waitNanos, Math.max(nanos, 0));
    }
}
