package io.muster.lb;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Each endpoint in turn. Every picker starts at a random place: callers that started together, or that all heard of the
 * same change, would otherwise walk the fleet in step. The counter runs over after 2^31 picks and then skips at most once
 * around. Retries take turns of their own: if they took those of first attempts, a caller whose calls follow one another and who
 * has one endpoint that fails would begin each of them there.
 */
final class RoundRobin implements Strategy {
    private final RandomGenerator random;

    RoundRobin(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return SlowStart.isAnyStarting(endpoints)
                ? WeightedRoundRobin.picker(endpoints, SlowStart.shares(endpoints), random)
                : new Turns(endpoints, random.nextInt());
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    static final class Turns extends Turn implements Picker {
        private final Endpoint[] endpoints;
        private final AtomicInteger retries = new AtomicInteger();

        Turns(List<Endpoint> endpoints, int start) {
            super(start);
            this.endpoints = endpoints.toArray(new Endpoint[0]);
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            return tried.isEmpty() ? endpoints[(next() & Integer.MAX_VALUE) % endpoints.length] : other(tried);
        }

        private @Nullable Endpoint other(Exclusions tried) {
            return tried.firstOther(endpoints, (retries.getAndIncrement() & Integer.MAX_VALUE) % endpoints.length);
        }
    }
}
