package io.muster.lb;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Each endpoint in turn, heavier ones more often, and never in a burst. The usual smooth order [1] chooses the endpoint that is
 * furthest behind, O(n) and under a lock; written down beforehand it is as long as the sum of the weights.
 *
 * Here the turns walk around a ring of W = sum of the weights, W reduced by their common divisor, on which each endpoint
 * owns a stretch as long as its weight (Shares). Every turn goes on by the same step, which is coprime to W: so W turns in
 * a row visit each place once, and each endpoint exactly as often as its weight says. A step near W / phi, phi the golden ratio,
 * spreads any number of turns as evenly as can be [2], as long as no partial quotient of the continued fraction of step / W
 * is large; of the numbers next to W / phi the first is taken for which none is. An endpoint of share s then waits 1/s turns
 * give or take a few, and no stretch has more than three different waiting times [3].
 *
 * O(n) to build for any weights, O(1) to pick: one atomic addition, one multiplication, one table. Where W is small, as with a few different
 * weights it is, the order is written down.
 *
 * The place of turn t is t * step mod W. It is reckoned in units of W / 2^64, where the modulus is the overflow of a long;
 * half a unit of W more keeps the rounding of step / W from ever reaching the place before.
 *
 * [1] nginx, ngx_http_upstream_round_robin.c
 * [2] Knuth, The Art of Computer Programming, vol. 3, 6.4, Fibonacci hashing
 * [3] Sos, On the distribution mod 1 of the sequence n alpha, 1958 (three-distance theorem)
 */
final class WeightedRoundRobin implements Strategy {
    private static final double GOLDEN = 0.6180339887498949;
    private static final int SMALL_QUOTIENT = 4;
    private static final int CANDIDATES = 64;
    private static final int LONGEST_ORDER = 4096;

    private final RandomGenerator random;

    WeightedRoundRobin(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return picker(endpoints, Shares.of(endpoints), random);
    }

    static Picker picker(List<Endpoint> endpoints, Shares shares, RandomGenerator random) {
        Turns turns = new Turns(endpoints, shares, random.nextInt());
        return shares.total() <= LONGEST_ORDER ? new Order(turns, shares.total(), random.nextInt()) : turns;
    }

    @Override
    public boolean usesLatency() {
        return false;
    }

    /** A number near {@code total} / phi, coprime to it, such that their ratio's partial quotients are small. */
    static int step(int total) {
        int near = (int) Math.rint(total * GOLDEN);
        int best = 1;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < CANDIDATES && least > SMALL_QUOTIENT; i++) {
            // near, near + 1, near - 1, near + 2, ...
            int candidate = near + ((i & 1) == 0 ? -(i / 2) : i / 2 + 1);
            if (candidate > 0 && candidate < total) {
                int quotient = largestQuotient(candidate, total);
                if (quotient < least) {
                    least = quotient;
                    best = candidate;
                }
            }
        }
        return best;
    }

    /**
     * The largest partial quotient of the continued fraction of {@code step} / {@code total}, but for the last, which may always be split;
     * {@link Integer#MAX_VALUE} when they have a divisor in common.
     */
    private static int largestQuotient(int step, int total) {
        int largest = 1;
        int a = total;
        int b = step;
        while (b != 0) {
            int quotient = a / b;
            int rest = a - quotient * b;
            a = b;
            b = rest;
            largest = Math.max(largest, b == 0 ? quotient - 1 : quotient);
        }
        return a == 1 ? largest : Integer.MAX_VALUE;
    }

    /** The order of all turns, written down. */
    static final class Order extends Turn implements Picker {
        private final Endpoint[] order;
        private final Turns turns;

        Order(Turns turns, int total, int start) {
            super(start);
            this.turns = turns;
            this.order = new Endpoint[total];
            for (int turn = 0; turn < total; turn++) {
                order[turn] = turns.at(turn);
            }
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            return tried.isEmpty() ? order[(next() & Integer.MAX_VALUE) % order.length] : turns.other(tried);
        }
    }

    static final class Turns extends Turn implements Picker {
        private final Endpoint[] endpoints;
        private final Shares shares;
        private final long step;
        private final long half;
        /** Retries take turns of their own ({@link RoundRobin}). */
        private final AtomicInteger retries = new AtomicInteger();

        Turns(List<Endpoint> endpoints, Shares shares, int start) {
            super(start);
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.shares = shares;
            int total = shares.total();
            this.step = total == 1 ? 0 : Long.divideUnsigned(-1L, total) * step(total) + remainder(total);
            this.half = Long.divideUnsigned(-1L, total) / 2;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            return tried.isEmpty() ? at(next()) : other(tried);
        }

        /** Goes on a few turns for somebody new, in the weights' proportions; then takes the first who is. */
        @Nullable
        Endpoint other(Exclusions tried) {
            int now = retries.getAndIncrement();
            int most = 4 * (tried.size() + 1);
            for (int i = 0; i < most; i++) {
                Endpoint endpoint = at(now + i);
                if (!tried.contains(endpoint)) {
                    return endpoint;
                }
            }
            return tried.firstOther(endpoints, shares.at(fraction(now)));
        }

        Endpoint at(int turn) {
            return endpoints[shares.at(fraction(turn))];
        }

        private int fraction(int now) {
            return (int) (((now & 0xFFFF_FFFFL) * step + half) >>> 32);
        }

        /** What a whole division of 2^64 by {@code total}, times the step, leaves over. */
        private static long remainder(int total) {
            long rest = Long.remainderUnsigned(-1L, total) + 1;
            return rest * step(total) / total;
        }
    }
}
