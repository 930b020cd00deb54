package io.muster.lb;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What decides, around a strategy, who takes requests and how many. Applied in this order: routes, subset, outlier detection, slow
 * start, zones.
 *
 * @param routes parts of the endpoints for parts of the requests, at most 32, of different names
 * @param subset the part of the endpoints that this caller uses
 * @param outliers when an endpoint that fails is left out
 * @param slowStart how an endpoint that joins begins
 * @param zones how far requests stay in the caller's zone
 * @param measureLatency whether the latency of requests is measured even where neither the strategy nor outlier detection needs it, for
 *     statistics and for endpoints that report their load. Two readings of the clock per request
 */
public record Options(
        List<Route> routes,
        Subset subset,
        OutlierDetection outliers,
        SlowStart slowStart,
        ZoneAwareness zones,
        boolean measureLatency) {
    /** All endpoints, all the time. */
    public static final Options NONE =
            new Options(List.of(), Subset.ALL, OutlierDetection.OFF, SlowStart.OFF, ZoneAwareness.OFF, false);

    private static final int MAX_ROUTES = 32;

    /** @throws IllegalArgumentException when there are too many routes or two of one name */
    public Options {
        routes = List.copyOf(routes);
        Require.between("number of routes", routes.size(), 0, MAX_ROUTES);
        Set<String> names = new HashSet<>();
        for (Route route : routes) {
            if (!names.add(route.name())) {
                throw new IllegalArgumentException(
                        "name must be unique among the routes but was " + route.name() + " twice");
            }
        }
    }

    /** The same with other routes. */
    public Options withRoutes(List<Route> newRoutes) {
        return new Options(newRoutes, subset, outliers, slowStart, zones, measureLatency);
    }

    /** The same with another subset. */
    public Options withSubset(Subset newSubset) {
        return new Options(routes, newSubset, outliers, slowStart, zones, measureLatency);
    }

    /** The same with another outlier detection. */
    public Options withOutliers(OutlierDetection newOutliers) {
        return new Options(routes, subset, newOutliers, slowStart, zones, measureLatency);
    }

    /** The same with another slow start. */
    public Options withSlowStart(SlowStart newSlowStart) {
        return new Options(routes, subset, outliers, newSlowStart, zones, measureLatency);
    }

    /** The same with other zones. */
    public Options withZones(ZoneAwareness newZones) {
        return new Options(routes, subset, outliers, slowStart, newZones, measureLatency);
    }

    /** The same with latency measured in any case, or only where something goes by it. */
    public Options withMeasureLatency(boolean newMeasureLatency) {
        return new Options(routes, subset, outliers, slowStart, zones, newMeasureLatency);
    }
}
