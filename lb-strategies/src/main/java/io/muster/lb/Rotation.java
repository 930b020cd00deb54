package io.muster.lb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Predicate;
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
    private final List<List<Endpoint>> used = new ArrayList<>();
    private boolean anyOut;
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
            // A route whose endpoints all refuse connections is as one that has none.
            if (!reachable(own).isEmpty()) {
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
                union(takers, eligible),
                union(takers, used),
                picker,
                Map.copyOf(routes),
                usesOut,
                panic,
                waitNanos == Long.MAX_VALUE ? null : now + waitNanos);
    }

    /** Who is in one of the parts, in the order of {@code takers}. */
    private static List<Endpoint> union(List<Endpoint> takers, List<List<Endpoint>> parts) {
        if (parts.size() == 1) {
            return List.copyOf(parts.get(0));
        }
        Set<Endpoint> all = new HashSet<>();
        parts.forEach(all::addAll);
        return takers.stream().filter(all::contains).toList();
    }

    private void weigh(Endpoint endpoint) {
        double share = endpoint.shareAt(now, options.slowStart());
        if (share != endpoint.share()) {
            endpoint.share(share);
        }
        if (share < 1) {
            reviewIn(options.slowStart().stepNanos());
        }
        Ejection ejection = endpoint.ejection();
        if (ejection.isOut()) {
            anyOut = true;
            reviewIn(ejection.until() - now);
        }
    }

    private Picker picker(List<Endpoint> takers) {
        List<Endpoint> reachable = reachable(takers);
        usesOut |= reachable.isEmpty() && !takers.isEmpty();
        // Of those that can be reached: who refuses connections is replaced in the subset at once.
        List<Endpoint> own = options.subset().of(reachable.isEmpty() ? takers : reachable);
        used.add(own);
        List<Endpoint> in = reachable.isEmpty() ? own : healthy(own);
        eligible.add(in);
        if (in.isEmpty()) {
            return Snapshot.NOBODY;
        }
        NavigableMap<String, Double> shares = options.zones().shares(in);
        return shares.isEmpty() ? strategy.picker(in) : ZonePicker.of(in, shares, strategy, random);
    }

    /** Without those that refuse connections. */
    private List<Endpoint> reachable(List<Endpoint> endpoints) {
        return without(endpoints, endpoint -> endpoint.ejection().hasRefused());
    }

    /** Without those that fail more than others, unless too few would be left. */
    private List<Endpoint> healthy(List<Endpoint> endpoints) {
        List<Endpoint> good = without(endpoints, endpoint -> endpoint.ejection().isOut());
        if (good.size() < endpoints.size()
                && (good.isEmpty() || options.outliers().isPanic(good.size(), endpoints.size()))) {
            usesOut = true;
            panic = true;
            return endpoints;
        }
        return good;
    }

    /** An immutable list; nearly always of all. */
    private List<Endpoint> without(List<Endpoint> endpoints, Predicate<Endpoint> isOut) {
        return anyOut ? endpoints.stream().filter(isOut.negate()).toList() : List.copyOf(endpoints);
    }

    private void reviewIn(long nanos) {
        waitNanos = Math.min(waitNanos, Math.max(nanos, 0));
    }
}
