package io.muster.lb;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Shorthand for tests. */
final class Picks {
    private Picks() {}

    static Endpoint any(LoadBalancer balancer) {
        return some(balancer.pick(0, Exclusions.none()));
    }

    static Endpoint some(@Nullable Endpoint endpoint) {
        return Objects.requireNonNull(endpoint, "nobody was picked");
    }

    static Endpoint named(LoadBalancer balancer, String id) {
        return balancer.snapshot().endpoints().stream()
                .filter(endpoint -> endpoint.target().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    static Exclusions without(Collection<Endpoint> endpoints) {
        Exclusions exclusions = Exclusions.none();
        for (Endpoint endpoint : endpoints) {
            exclusions = exclusions.with(endpoint);
        }
        return exclusions;
    }

    /** How often each endpoint is picked in {@code count} picks of as many keys, by id; nothing is started. */
    static Map<String, Integer> count(LoadBalancer balancer, int count) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            Endpoint picked = some(balancer.pick(i, Exclusions.none()));
            counts.merge(picked.target().id(), 1, Integer::sum);
        }
        return counts;
    }
}
