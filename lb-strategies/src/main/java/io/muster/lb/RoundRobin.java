package io.muster.lb;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Each endpoint in turn. Every picker starts at a random place: callers that started together, or that all heard of the
 * same change, would otherwise walk the fleet in step. The counter runs over after 2^31 picks and then skips at most once
 * around. An endpoint that was tried gives its turn to the next one; retries take a turn like any pick.
 */
final class RoundRobin implements Strategy {
    private final RandomGenerator random;

    RoundRobin(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return SlowStart.isAnyStarting(endpoints)
                ? new WeightedRoundRobin.Turns(endpoints, SlowStart.shares(endpoints), random.nextInt())
                : new Turns(endpoints, random.nextInt());
    }

    static final class Turns implements Picker {
        /** The one cell in use lies 128 bytes from either end of the array, alone on its cache lines. */
        private static final int CELLS = 65;

        private static final int TURN = 32;

        private final Endpoint[] endpoints;
        private final AtomicIntegerArray turn = new AtomicIntegerArray(CELLS);

        Turns(List<Endpoint> endpoints, int start) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            turn.setPlain(TURN, start);
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            int n = endpoints.length;
            int first = (turn.getAndIncrement(TURN) & Integer.MAX_VALUE) % n;
            Endpoint endpoint = endpoints[first];
            if (tried.isEmpty() || !tried.contains(endpoint)) {
                return endpoint;
            }
            return tried.firstOther(endpoints, first);
        }
    }
}
