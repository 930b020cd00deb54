package io.muster.lease.http;

import io.muster.lease.LeaseRequest;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a request needs at an endpoint: a token, for this resource, of one of these leases.
 *
 * @param leases one at least; sorted
 */
public record FenceRule(String resource, Set<String> leases) {
    /** @throws IllegalArgumentException if a name is not printable, or no lease is named */
    public FenceRule {
        LeaseRequest unused = LeaseRequest.of("any").withResources(resource);
        leases.forEach(LeaseRequest::of);
        if (leases.isEmpty()) {
            throw new IllegalArgumentException("leases must be one at least for resource \"" + resource + "\"");
        }
        leases = Collections.unmodifiableSortedSet(new TreeSet<>(leases));
    }

    /**
     * The rules of an endpoint, sorted by resource, so that requests for several take their fences in the same order.
     *
     * @param annotations of its class and its method
     * @throws IllegalArgumentException if a name is not printable, or a resource is named twice with different leases
     */
    public static List<FenceRule> of(List<RequireFence> annotations) {
        Map<String, FenceRule> rules = new TreeMap<>(Comparator.naturalOrder());
        for (RequireFence annotation : annotations) {
            String resource = annotation.value();
            Set<String> leases = annotation.leases().length == 0 ? Set.of(resource) : Set.of(annotation.leases());
            FenceRule rule = new FenceRule(resource, leases);
            FenceRule other = rules.putIfAbsent(resource, rule);
            if (other != null && !other.equals(rule)) {
                throw new IllegalArgumentException("leases must be the same wherever resource \"" + resource
                        + "\" is named for one endpoint but were " + other.leases() + " and " + rule.leases());
            }
        }
        return List.copyOf(rules.values());
    }
}
