package io.muster.lb;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Any endpoint, all equally likely. Needs no state, so nothing that threads could contend for; in return queues vary more than
 * with any other strategy. The number comes from the high half of a random long by multiply-shift, with a bias below
 * n / 2^32.
 */
final class RandomChoice implements Strategy {
    private final RandomGenerator random;

    RandomChoice(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return SlowStart.isAnyStarting(endpoints)
                ? new WeightedRandom.Draws(endpoints, SlowStart.shares(endpoints), random)
                : new Draws(endpoints, random);
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    static final class Draws implements Picker {
        private final Endpoint[] endpoints;
        private final RandomGenerator random;

        Draws(List<Endpoint> endpoints, RandomGenerator random) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.random = random;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            long bits = random.nextLong();
            Endpoint endpoint = endpoints[PowerOfChoices.Draws.firstOf(endpoints.length, bits)];
            if (tried.isEmpty() || !tried.contains(endpoint)) {
                return endpoint;
            }
            return other(tried);
        }

        /** One of those that have not been tried, all equally likely. */
        private @Nullable Endpoint other(Exclusions tried) {
            Endpoint chosen = null;
            int seen = 0;
            for (Endpoint endpoint : endpoints) {
                if (!tried.contains(endpoint)) {
                    seen++;
                    if (PowerOfChoices.Draws.firstOf(seen, random.nextLong()) == 0) {
                        chosen = endpoint;
                    }
                }
            }
            return chosen;
        }
    }
}
