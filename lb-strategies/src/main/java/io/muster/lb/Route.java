package io.muster.lb;

import java.util.List;
import java.util.Map;

/**
 * A part of the endpoints that serves a part of the requests: for example those of {@code version=2}. An endpoint that
 * belongs to a route takes the requests of that route alone; who belongs to none takes the rest. Where that leaves nobody,
 * all do.
 *
 * @param name names it among the routes of a balancer
 * @param metadata what its endpoints say of themselves: each of these entries; at least one
 */
public record Route(String name, Map<String, String> metadata) {
    /** @throws IllegalArgumentException without an entry, by which everybody would belong to it */
    public Route {
        metadata = Map.copyOf(metadata);
        if (metadata.isEmpty()) {
            throw new IllegalArgumentException("metadata of route " + name + " must not be empty");
        }
    }

    boolean has(Endpoint endpoint) {
        return endpoint.target().metadata().entrySet().containsAll(metadata.entrySet());
    }

    /** Those of the endpoints that belong to it. */
    List<Endpoint> of(List<Endpoint> endpoints) {
        return endpoints.stream().filter(this::has).toList();
    }
}
