package io.muster.lb;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Draws two endpoints and takes the cheaper one [1], where cost = (in-flight + 1) * peak EWMA latency * penalty / weight.
 * Two draws give nearly the balance of asking everybody, without the herd that forms when all callers run to the same
 * best endpoint.
 *
 * The two are distinct: drawn with replacement, two endpoints would be compared in only half of the picks. Both come from
 * one random long by multiply-shift, without division and with a bias below n / 2^32. The ordered pair is uniform, so
 * keeping the first on a tie is a fair coin.
 *
 * Latencies move on samples only (PeakEwma), so an endpoint that once looked slow needs another try to show that it no
 * longer is. One pick in 64 takes the one of the pair that was left alone longer, if that is longer than tau: at most
 * 1/(32 n) of all requests, and one per tau, go to an endpoint that only patience recommends.
 *
 * Cost: one random long, no clock but in those trials, no lock, no allocation; O(1). A retry counts those not yet tried,
 * O(n), to keep the draw uniform.
 *
 * [1] Mitzenmacher, The power of two choices in randomized load balancing, IEEE TPDS 12(10), 2001
 */
final class PowerOfTwoChoices implements Strategy {
    private final RandomGenerator random;

    PowerOfTwoChoices(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Pairs(endpoints, random);
    }

    static final class Pairs implements Picker {
        /** The lowest bits of the random long: they decide nothing in the draw unless there are 2^26 endpoints. */
        private static final long TRIAL_MASK = 63;

        private static final long LOW_HALF = 0xFFFF_FFFFL;

        private final Endpoint[] endpoints;
        private final double[] perWeight;
        private final RandomGenerator random;

        Pairs(List<Endpoint> endpoints, RandomGenerator random) {
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.perWeight = endpoints.stream()
                    .mapToDouble(endpoint -> 1.0 / endpoint.target().weight())
                    .toArray();
            this.random = random;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            int n = endpoints.length;
            if (!tried.isEmpty()) {
                return pickUntried(tried);
            }
            if (n == 1) {
                return endpoints[0];
            }
            long bits = random.nextLong();
            int first = firstOf(n, bits);
            return choose(first, secondOf(n, bits, first), bits);
        }

        private Endpoint choose(int first, int second, long bits) {
            Endpoint one = endpoints[first];
            Endpoint other = endpoints[second];
            if ((bits & TRIAL_MASK) == 0) {
                Endpoint alone = other.load().startedAt() - one.load().startedAt() < 0 ? other : one;
                if (alone.isIdle()) {
                    return alone;
                }
            }
            return other.cost() * perWeight[second] < one.cost() * perWeight[first] ? other : one;
        }

        private @Nullable Endpoint pickUntried(Exclusions tried) {
            int n = 0;
            for (Endpoint endpoint : endpoints) {
                if (!tried.contains(endpoint)) {
                    n++;
                }
            }
            if (n < 2) {
                return n == 0 ? null : endpoints[untried(0, tried)];
            }
            long bits = random.nextLong();
            int first = firstOf(n, bits);
            int second = secondOf(n, bits, first);
            return choose(untried(first, tried), untried(second, tried), bits);
        }

        /** The index of the {@code rank}-th endpoint that has not been tried. */
        private int untried(int rank, Exclusions tried) {
            int index = -1;
            for (int left = rank; left >= 0; left--) {
                do {
                    index++;
                } while (tried.contains(endpoints[index]));
            }
            return index;
        }

        /** A number from 0 to below {@code n} by the high half of {@code bits}. */
        static int firstOf(int n, long bits) {
            return (int) (((bits >>> 32) * n) >>> 32);
        }

        /** A number from 0 to below {@code n}, other than {@code first}, by the low half of {@code bits}. */
        static int secondOf(int n, long bits, int first) {
            int second = (int) (((bits & LOW_HALF) * (n - 1)) >>> 32);
            return second < first ? second : second + 1;
        }
    }
}
