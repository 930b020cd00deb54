package io.muster.lb;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Draws two endpoints and takes the cheaper one [1], where cost = (in-flight + 1) * peak EWMA latency * penalty / weight.
 * Two draws give nearly the balance of asking everybody, without the herd that forms when all callers run to the same
 * best endpoint. The form that goes by requests in flight alone leaves the latency out.
 *
 * The two are distinct: drawn with replacement, two endpoints would be compared in only half of the picks. Both come from
 * one random long by multiply-shift, without division and with a bias below n / 2^32. With d > 2 choices the winner meets
 * d - 2 more, each drawn from all but itself.
 *
 * While both have as many requests in flight, only latency speaks, and latency is noisy. Always taking the faster one
 * would starve an endpoint for a single slow answer, most of all where callers are idle and nothing is ever in flight. So
 * the choice is drawn: endpoint i with a probability in proportion to weight_i / latency_i^2. Equal ones share evenly, one
 * that is twice as slow gets a fifth of the pair's requests, one that is ten times as slow a hundredth. Each request that
 * it gets is also a sample that lets it recover.
 *
 * An endpoint that looks so slow that not even that reaches it needs another try (PeakEwma moves on samples only). One
 * pick in 64 takes the one of the pair that was left alone longer, if that is longer than tau: at most 1/(32 n) of all
 * requests, and one per tau.
 *
 * Endpoints may say with their answers how many requests of all callers they have (Ticket.reported). Then the cost is
 * (expected requests of all + 1) * time per request * penalty / weight, and the winner also meets the three endpoints that spoke last, if one of them
 * seems cheaper (Reports). Among endpoints of which one does not report, all is as above.
 *
 * Cost: one random long, no clock but in those trials, no lock, no allocation; O(1). A retry counts those not yet tried,
 * O(n), to keep the draw uniform.
 *
 * [1] Mitzenmacher, The power of two choices in randomized load balancing, IEEE TPDS 12(10), 2001
 */
final class PowerOfChoices implements Strategy {
    private final int choices;
    private final boolean byLatency;
    private final RandomGenerator random;

    /**
     * @param choices d, at least 2
     * @param byLatency whether latency counts beside requests in flight
     */
    PowerOfChoices(int choices, boolean byLatency, RandomGenerator random) {
        this.choices = choices;
        this.byLatency = byLatency;
        this.random = random;
    }

    @Override
    public Picker picker(List<Endpoint> endpoints) {
        return new Draws(endpoints, choices, byLatency, random);
    }

    static final class Draws implements Picker {
        /** The lowest 6 bits of the random long decide on a trial, the next 16 between equals; the draw uses the rest. */
        private static final long TRIAL_MASK = 63;

        private static final int COIN_SHIFT = 6;
        private static final long COIN_MASK = 0xFFFF;
        private static final double COIN_RANGE = COIN_MASK + 1.0;
        private static final double HALF = 0.5;
        private static final long LOW_HALF = 0xFFFF_FFFFL;

        private final Endpoint[] endpoints;
        private final Load[] loads;
        private final double[] perWeight;
        private final int choices;
        private final boolean byLatency;
        private final RandomGenerator random;
        private final Reports reports;
        private final int[] indexByPlace;

        Draws(List<Endpoint> endpoints, int choices, boolean byLatency, RandomGenerator random) {
            this.choices = choices;
            this.byLatency = byLatency;
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.loads = endpoints.stream().map(Endpoint::load).toArray(Load[]::new);
            this.perWeight = endpoints.stream()
                    .mapToDouble(endpoint -> 1 / endpoint.weight())
                    .toArray();
            this.random = random;
            this.reports = endpoints.get(0).group().reports();
            this.indexByPlace = indexByPlace(loads);
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
            int best = choose(first, secondOf(n, bits, first), bits);
            for (int i = 2; i < choices; i++) {
                bits = random.nextLong();
                best = choose(best, secondOf(n, bits, best), bits);
            }
            boolean reported = reports.any() && (bits & TRIAL_MASK) != 0;
            return endpoints[reported ? orOneHeardOf(best) : best];
        }

        /** The index of one of two. */
        private int choose(int first, int second, long bits) {
            Load load = loads[first];
            Load other = loads[second];
            if ((bits & TRIAL_MASK) == 0 && byLatency) {
                int alone = other.startedAt() - load.startedAt() < 0 ? second : first;
                if (endpoints[alone].isIdle()) {
                    return alone;
                }
            }
            if (load.isReporting() && other.isReporting()) {
                return chooseReported(first, second, bits);
            }
            long inFlight = load.inFlight();
            long otherInFlight = other.inFlight();
            double latency = byLatency ? load.expectedLatency() : load.penalty();
            double otherLatency = byLatency ? other.expectedLatency() : other.penalty();
            if (inFlight == otherInFlight) {
                double square = latency * latency * perWeight[first];
                double otherSquare = otherLatency * otherLatency * perWeight[second];
                return lower(first, square, second, coin(bits) * (square + otherSquare));
            }
            double cost = (inFlight + 1) * latency * perWeight[first];
            double otherCost = (otherInFlight + 1) * otherLatency * perWeight[second];
            return lower(first, cost, second, otherCost);
        }

        /** As {@link #choose}, by the requests of all callers. Queues that differ by less than half a request count as equal. */
        private int chooseReported(int first, int second, long bits) {
            double queue = loads[first].expectedInFlight() * perWeight[first];
            double otherQueue = loads[second].expectedInFlight() * perWeight[second];
            double time = service(first);
            double otherTime = service(second);
            if (Math.abs(queue - otherQueue) < HALF * Math.min(perWeight[first], perWeight[second])) {
                double square = time * time * perWeight[first];
                double otherSquare = otherTime * otherTime * perWeight[second];
                return lower(first, square, second, coin(bits) * (square + otherSquare));
            }
            return lower(
                    first, (queue + perWeight[first]) * time, second, (otherQueue + perWeight[second]) * otherTime);
        }

        private double service(int index) {
            return byLatency ? loads[index].expectedService() : loads[index].penalty();
        }

        /** The index of the cheapest of one and those that spoke last. */
        private int orOneHeardOf(int drawn) {
            if (!loads[drawn].isReporting()) {
                return drawn;
            }
            int best = cheaper(drawn, reports.last());
            best = cheaper(best, reports.before());
            return cheaper(best, reports.first());
        }

        private int cheaper(int best, @Nullable Load heardOf) {
            int index = heardOf == null ? -1 : indexOf(heardOf);
            if (index < 0 || index == best || !loads[index].isReporting()) {
                return best;
            }
            return lower(best, reportedCost(best), index, reportedCost(index));
        }

        private double reportedCost(int index) {
            return (loads[index].expectedInFlight() + 1) * service(index) * perWeight[index];
        }

        /** Where a load is among these; -1 when it is not. */
        private int indexOf(Load load) {
            int place = load.place();
            int index = place < indexByPlace.length ? indexByPlace[place] : -1;
            return index >= 0 && loads[index] == load ? index : -1;
        }

        private static int[] indexByPlace(Load[] loads) {
            int last = Arrays.stream(loads).mapToInt(Load::place).max().orElse(0);
            int[] indexes = new int[last + 1];
            Arrays.fill(indexes, -1);
            for (int i = 0; i < loads.length; i++) {
                indexes[loads[i].place()] = i;
            }
            return indexes;
        }

        private static double coin(long bits) {
            return ((bits >>> COIN_SHIFT) & COIN_MASK) / COIN_RANGE;
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
            return endpoints[choose(untried(first, tried), untried(second, tried), bits)];
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
            return second + ((first - second - 1) >>> 31);
        }

        /**
         * The index with the lower figure, {@code first} when they are equal. Without a branch, which nobody could predict:
         * doubles that are not negative order like their bits.
         */
        static int lower(int first, double firstFigure, int second, double secondFigure) {
            long difference = Double.doubleToRawLongBits(secondFigure) - Double.doubleToRawLongBits(firstFigure);
            int secondIsLower = (int) (difference >> 63);
            return first ^ ((first ^ second) & secondIsLower);
        }
    }
}
