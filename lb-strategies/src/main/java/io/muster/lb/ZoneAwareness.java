package io.muster.lb;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Keeps requests in the caller's zone as far as the endpoints there can take them, and lets the rest spill over to zones that have
 * capacity to spare. Where callers and endpoints are spread over the zones in the same way, everything stays local; a zone
 * with half the endpoints that its callers need keeps half of their requests. As in Envoy's zone-aware routing.
 *
 * <p>Capacity is weight. Nothing is kept local while the caller's zone has no endpoint, or there are fewer endpoints than
 * {@code minEndpoints}, where one that fails would weigh too much.
 *
 * @param zone the caller's own; empty for off
 * @param callers how many callers there are by zone, the own one included; when this does not name the own zone, callers count as spread evenly
 *     over all zones that are known
 * @param minEndpoints 1 to 100,000
 */
public record ZoneAwareness(String zone, Map<String, Integer> callers, int minEndpoints) {
    /** Off. */
    public static final ZoneAwareness OFF = new ZoneAwareness("", Map.of(), 6);

    /** @throws IllegalArgumentException when a value is out of range */
    public ZoneAwareness {
        callers = Map.copyOf(callers);
        callers.forEach((name, count) -> Require.between("zones.callers." + name, count, 0, Integer.MAX_VALUE));
        Require.between("zones.min-endpoints", minEndpoints, 1, LoadBalancer.MAX_TARGETS);
    }

    /**
     * The share of this caller's requests that each zone gets, by zone; they add up to 1. Empty when zones make no
     * difference.
     */
    NavigableMap<String, Double> shares(List<Endpoint> endpoints) {
        if (zone.isEmpty() || endpoints.size() < minEndpoints) {
            return new TreeMap<>();
        }
        Map<String, Double> capacity = new HashMap<>();
        double sum = 0;
        for (Endpoint endpoint : endpoints) {
            capacity.merge(endpoint.target().zone(), endpoint.weight(), Double::sum);
            sum += endpoint.weight();
        }
        if (capacity.size() < 2 || !capacity.containsKey(zone)) {
            return new TreeMap<>();
        }
        Map<String, Double> demand = demand(capacity);
        double own = capacity.getOrDefault(zone, 0.0) / sum;
        double local = Math.min(1, own / demand.getOrDefault(zone, 1.0));
        NavigableMap<String, Double> shares = new TreeMap<>();
        shares.put(zone, local);
        double spare = 0;
        for (Map.Entry<String, Double> other : capacity.entrySet()) {
            double residual = other.getValue() / sum - demand.getOrDefault(other.getKey(), 0.0);
            if (!other.getKey().equals(zone) && residual > 0) {
                shares.put(other.getKey(), residual);
                spare += residual;
            }
        }
        double scale = local < 1 && spare > 0 ? (1 - local) / spare : 0;
        shares.replaceAll((name, share) -> name.equals(zone) ? share : share * scale);
        shares.values().removeIf(share -> share <= 0);
        if (scale == 0) {
            shares.put(zone, 1.0);
        }
        return shares;
    }

    /** The share of all callers that each zone has. */
    private Map<String, Double> demand(Map<String, Double> capacity) {
        double sum = callers.values().stream().mapToDouble(Integer::doubleValue).sum();
        Map<String, Double> demand = new HashMap<>();
        if (callers.getOrDefault(zone, 0) > 0) {
            callers.forEach((name, count) -> demand.put(name, count / sum));
        } else {
            capacity.keySet().forEach(name -> demand.put(name, 1.0 / capacity.size()));
        }
        return demand;
    }
}
