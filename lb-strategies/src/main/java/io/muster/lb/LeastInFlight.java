package io.muster.lb;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * The endpoint with the fewest requests in flight per weight; any of those that are equal, as likely as it is heavy. Taking
 * the first of equals would send every caller that is idle to the same endpoint, counting the request to come to the heaviest. Recent
 * failures make an endpoint count as lighter, so that one that fails at once, and so is always idle, draws no crowd.
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

    @Override
    public boolean usesLatency() {
        return false;
    }

    static final class Scan implements Picker {
        private final Endpoint[] endpoints;
        private final double[] perWeight;
        private final RandomGenerator random;

        Scan(List<Endpoint> endpoints, RandomGenerator random) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.perWeight = new double[this.endpoints.length];
            for (int i = 0; i < perWeight.length; i++) {
                perWeight[i] = 1 / this.endpoints[i].weight();
            }
            this.random = random;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            boolean all = tried.isEmpty();
            long bits = random.nextLong();
            double least = Double.POSITIVE_INFINITY;
            int chosen = -1;
            double equals = 0;
            for (int i = 0; i < perWeight.length; i++) {
                double lightness = endpoints[i].penalty() * perWeight[i];
                double cost = endpoints[i].underWay() * lightness;
                if (cost > least || !(all || !tried.contains(endpoints[i]))) {
                    continue;
                }
                double own = 1 / lightness;
                equals = cost < least ? own : equals + own;
                least = cost;
                // One of several equals takes the place of those before in proportion to its weight.
                bits = HashKey.mixed(bits + i);
                if ((bits >>> 11) * 0x1p-53 * equals < own) {
                    chosen = i;
                }
            }
            return chosen < 0 ? null : endpoints[chosen];
        }
    }
}
