package io.muster.lb;

import java.util.Map;

/**
 * What the owner of a load balancer knows of an endpoint: the owner's own type implements it. Immutable. An
 * {@code equals} by value spares a balancer the rebuild when an update brings nothing new.
 */
public interface Target {
    /** The weight of a target that says nothing of it. */
    int DEFAULT_WEIGHT = 100;

    /** The largest weight. */
    int MAX_WEIGHT = 10_000;

    /** Its stable id, unique among the targets of a balancer, which keeps its endpoints sorted by it. */
    String id();

    /** Names the process behind the id: another generation is another process and starts with fresh statistics. */
    String generation();

    /** Its share of requests relative to the others', 0 to {@value #MAX_WEIGHT}; 0 takes none. */
    default int weight() {
        return DEFAULT_WEIGHT;
    }

    /** Where it runs; empty for nowhere in particular. */
    default String zone() {
        return "";
    }

    /** What else it says of itself. */
    default Map<String, String> metadata() {
        return Map.of();
    }
}
