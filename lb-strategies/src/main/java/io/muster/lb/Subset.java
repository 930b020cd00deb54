package io.muster.lb;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lets one caller use some of the endpoints only, so that a thousand callers of a thousand endpoints do not make a million
 * connections. Each caller takes those with the lowest hash of the caller's and the endpoint's ids together (rendezvous
 * hashing, Thaler and Ravishankar 1998): when an endpoint comes or goes, a caller changes at most one of its own, and no
 * two callers need to know of each other. How many callers an endpoint gets varies as a random draw's would.
 *
 * @param size how many endpoints, 1 to 100,000; 0 for all
 * @param caller names this caller, differently from any other
 */
public record Subset(int size, String caller) {
    /** All endpoints. */
    public static final Subset ALL = new Subset(0, "");

    /** @throws IllegalArgumentException when the size is out of range */
    public Subset {
        Require.between("subset.size", size, 0, LoadBalancer.MAX_TARGETS);
    }

    /** The caller's own, in the order of {@code endpoints}. */
    List<Endpoint> of(List<Endpoint> endpoints) {
        if (size == 0 || endpoints.size() <= size) {
            return endpoints;
        }
        long callersHash = HashKey.of(caller);
        record Ranked(Endpoint endpoint, int index, long rank) {}
        List<Ranked> ranked = new ArrayList<>(endpoints.size());
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint endpoint = endpoints.get(i);
            ranked.add(new Ranked(
                    endpoint,
                    i,
                    HashKey.mixed(callersHash ^ HashKey.of(endpoint.target().id()))));
        }
        return ranked.stream()
                .sorted(Comparator.comparingLong(Ranked::rank))
                .limit(size)
                .sorted(Comparator.comparingInt(Ranked::index))
                .map(Ranked::endpoint)
                .toList();
    }
}
