package io.muster.lb;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/* Any endpoint, with a probability in proportion to its weight: a random point on the line of shares. O(n) to build, O(1) to pick. */
final class WeightedRandom implements Strategy {
    private final RandomGenerator random;

    WeightedRandom(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Draws(endpoints, Shares.of(endpoints), random);
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    static final class Draws implements Picker {
        private final Endpoint[] endpoints;
        private final Shares shares;
        private final RandomGenerator random;

        Draws(List<Endpoint> endpoints, Shares shares, RandomGenerator random) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.shares = shares;
            this.random = random;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            Endpoint endpoint = draw();
            if (tried.isEmpty() || !tried.contains(endpoint)) {
                return endpoint;
            }
            return other(tried);
        }

        /** Draws a few times more, so that the weights still count; then takes the first who has not been tried. */
        private @Nullable Endpoint other(Exclusions tried) {
            int most = 4 * (tried.size() + 1);
            for (int i = 0; i < most; i++) {
                Endpoint endpoint = draw();
                if (!tried.contains(endpoint)) {
                    return endpoint;
                }
            }
            return tried.firstOther(endpoints, PowerOfChoices.Draws.firstOf(endpoints.length, random.nextLong()));
        }

        private Endpoint draw() {
            return endpoints[shares.at((int) (random.nextLong() >>> 32))];
        }
    }
}
