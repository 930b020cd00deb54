package io.muster.lb;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * The endpoint with the fewest requests in flight per weight, counting the one to come; any of those that are equal, all
 * equally likely. Taking the first of equals would send every caller that is idle to the same endpoint.
 *
 * The nearest thing to a single queue for one caller that sends much: a caller's own counts are then the whole truth. Asks
 * every endpoint, so O(n) per pick.
 */
final class LeastInFlight implements Strategy {
    private final RandomGenerator random;

    LeastInFlight(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Scan(endpoints, random);
    }

    static final class Scan implements Picker {
        private final Endpoint[] endpoints;
        private final Load[] loads;
        private final double[] perWeight;
        private final RandomGenerator random;

        Scan(List<Endpoint> endpoints, RandomGenerator random) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.loads = endpoints.stream().map(Endpoint::load).toArray(Load[]::new);
            this.perWeight = endpoints.stream()
                    .mapToDouble(endpoint -> 1 / endpoint.weight())
                    .toArray();
            this.random = random;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            boolean all = tried.isEmpty();
            long bits = random.nextLong();
            double least = Double.POSITIVE_INFINITY;
            int chosen = -1;
            int equals = 0;
            for (int i = 0; i < loads.length; i++) {
                double cost = (loads[i].inFlight() + 1) * perWeight[i];
                if (cost > least || !(all || !tried.contains(endpoints[i]))) {
                    continue;
                }
                equals = cost < least ? 1 : equals + 1;
                least = cost;
                // The k-th of equals takes the place of the one before with probability 1/k.
                bits = HashKey.mixed(bits + i);
                if (PowerOfChoices.Draws.firstOf(equals, bits) == 0) {
                    chosen = i;
                }
            }
            return chosen < 0 ? null : endpoints[chosen];
        }
    }
}
