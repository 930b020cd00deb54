package io.muster.lb;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Draws two endpoints and takes the cheaper one [1], where cost = (in-flight + 1) * peak EWMA latency * penalty / weight.
 * Two draws give nearly the balance of asking everybody, without the herd that forms when all callers run to the same
 * best endpoint. The form that goes by requests in flight alone leaves the latency out, and so reads no clock; equal ones
 * share in proportion to weight / penalty.
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
 * pick in 128 takes the one of the pair that was left alone longer, if that is longer than tau: at most 1/(64 n) of all
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
        Draws draws = new Draws(endpoints, choices, byLatency, random);
        return draws.isPlain() ? new FewerInFlight(draws) : draws;
    }

    @Override
    public boolean usesLatency() {
        return byLatency;
    }

    /*
     * The commonest pick of all with nothing in its way: two, of equal weight, of which no one reports. None is better than a first one that has nothing
     * to do and no failure behind it, so that nobody need look at the second: what other threads write is dear to read. One with a failure behind it is
     * thereby taken half as often beside a free one, only when it is drawn first.
     */
    static final class FewerInFlight implements Picker {
        private final Endpoint[] endpoints;
        private final RandomGenerator random;
        private final Draws draws;

        FewerInFlight(Draws draws) {
            this.endpoints = draws.endpoints;
            this.random = draws.random;
            this.draws = draws;
        }

        @Override
        public @Nullable Endpoint pick(long key, Exclusions tried) {
            if (!tried.isEmpty()) {
                return draws.pick(key, tried);
            }
            int n = endpoints.length;
            long bits = random.nextLong();
            int first = Draws.firstOf(n, bits);
            int second = Draws.secondOf(n, bits, first);
            Endpoint one = endpoints[first];
            long requests = one.requests();
            if (Load.isFree(requests)) {
                return one;
            }
            Endpoint other = endpoints[second];
            long others = other.requests();
            if ((requests | others) < 0) {
                return endpoints[draws.choose(first, second, bits)];
            }
            // Of equals the first one: which one that is, is chance.
            return Load.inFlight(others) < Load.inFlight(requests) ? other : one;
        }
    }

    static final class Draws implements Picker {
        /** The lowest 7 bits of the random long decide on a trial, the next 16 between equals; the draw uses the rest. */
        private static final long TRIAL_MASK = 127;

        private static final int COIN_SHIFT = 7;
        private static final long COIN_MASK = 0xFFFF;
        private static final double COIN_RANGE = COIN_MASK + 1.0;
        private static final double HALF = 0.5;
        private static final long LOW_HALF = 0xFFFF_FFFFL;

        private final Endpoint[] endpoints;
        private final double[] perWeight;
        /** Whether all weigh the same. */
        private final boolean even;

        private final int choices;
        private final boolean byLatency;
        private final RandomGenerator random;
        private final Reports reports;
        /** Whether anybody has reported a load yet. */
        private final boolean reported;

        private final int[] indexByPlace;

        Draws(List<Endpoint> endpoints, int choices, boolean byLatency, RandomGenerator random) {
            this.choices = choices;
            this.byLatency = byLatency;
            int n = endpoints.size();
            this.endpoints = endpoints.toArray(new Endpoint[0]);
            this.perWeight = new double[n];
            boolean alike = true;
            for (int i = 0; i < n; i++) {
                perWeight[i] = 1 / this.endpoints[i].weight();
                alike &= perWeight[i] == perWeight[0];
            }
            this.even = alike;
            this.random = random;
            this.reports = endpoints.get(0).group().reports();
            this.reported = reports.any();
            this.indexByPlace = indexByPlace(this.endpoints);
        }

        /** Whether it chooses between two by requests in flight alone. */
        boolean isPlain() {
            return choices == 2 && !byLatency && even && !reported && endpoints.length > 1;
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
            return endpoints[reported && (bits & TRIAL_MASK) != 0 ? orOneHeardOf(best) : best];
        }

        /** The index of one of two. */
        private int choose(int first, int second, long bits) {
            Load load = endpoints[first];
            Load other = endpoints[second];
            if (reported && load.isReporting() && other.isReporting()) {
                return isTrial(bits) ? aloneLonger(first, second, bits) : chooseReported(first, second, bits);
            }
            if (!byLatency) {
                return chooseByInFlight(first, second, bits);
            }
            return isTrial(bits) ? aloneLonger(first, second, bits) : chooseByLatency(first, second, bits);
        }

        private boolean isTrial(long bits) {
            return (bits & TRIAL_MASK) == 0 && byLatency;
        }

        /** The one whose latest request started earlier, if that is long ago. */
        private int aloneLonger(int first, int second, long bits) {
            int alone = endpoints[second].startedAt() - endpoints[first].startedAt() < 0 ? second : first;
            if (endpoints[alone].isIdle()) {
                return alone;
            }
            return endpoints[first].isReporting() && endpoints[second].isReporting()
                    ? chooseReported(first, second, bits)
                    : chooseByLatency(first, second, bits);
        }

        private int chooseByInFlight(int first, int second, long bits) {
            long inFlight = endpoints[first].underWay();
            long otherInFlight = endpoints[second].underWay();
            double cost = endpoints[first].penalty() * perWeight[first];
            double otherCost = endpoints[second].penalty() * perWeight[second];
            return inFlight == otherInFlight
                    ? lower(first, cost, second, coin(bits) * (cost + otherCost))
                    : lower(first, (inFlight + 1) * cost, second, (otherInFlight + 1) * otherCost);
        }

        private int chooseByLatency(int first, int second, long bits) {
            long requests = endpoints[first].requests();
            long others = endpoints[second].requests();
            double latency = endpoints[first].knownLatency();
            double otherLatency = endpoints[second].knownLatency();
            if ((requests | others) < 0) {
                latency *= endpoints[first].penalty();
                otherLatency *= endpoints[second].penalty();
            }
            long inFlight = Load.inFlight(requests);
            long otherInFlight = Load.inFlight(others);
            // What is drawn between equals is the square.
            boolean equal = inFlight == otherInFlight;
            double cost = latency * (equal ? latency : inFlight + 1);
            double otherCost = otherLatency * (equal ? otherLatency : otherInFlight + 1);
            if (!even) {
                cost *= perWeight[first];
                otherCost *= perWeight[second];
            }
            return lower(first, cost, second, equal ? coin(bits) * (cost + otherCost) : otherCost);
        }

        /** As {@link #choose}, by the requests of all callers. Queues that differ by less than half a request count as equal. */
        private int chooseReported(int first, int second, long bits) {
            double queue = endpoints[first].expectedInFlight() * perWeight[first];
            double otherQueue = endpoints[second].expectedInFlight() * perWeight[second];
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
            return byLatency
                    ? endpoints[index].expectedService()
                    : endpoints[index].penalty() * endpoints[index].slowdown();
        }

        /** The index of the cheapest of one and those that spoke last. */
        private int orOneHeardOf(int drawn) {
            // Who is idle is good enough: by time alone a few slow answers would keep requests from an endpoint for
            // long.
            if (!endpoints[drawn].isReporting() || endpoints[drawn].expectedInFlight() < HALF) {
                return drawn;
            }
            int best = cheaper(drawn, reports.last());
            best = cheaper(best, reports.before());
            return cheaper(best, reports.first());
        }

        private int cheaper(int best, @Nullable Load heardOf) {
            int index = heardOf == null ? -1 : indexOf(heardOf);
            if (index < 0 || index == best || !endpoints[index].isReporting()) {
                return best;
            }
            return lower(best, reportedCost(best), index, reportedCost(index));
        }

        private double reportedCost(int index) {
            return (endpoints[index].expectedInFlight() + 1) * service(index) * perWeight[index];
        }

        /** Where a load is among these; -1 when it is not. */
        private int indexOf(Load load) {
            int place = load.place();
            int index = place < indexByPlace.length ? indexByPlace[place] : -1;
            return index >= 0 && endpoints[index] == load ? index : -1;
        }

        private static int[] indexByPlace(Endpoint[] endpoints) {
            int last = 0;
            for (Endpoint endpoint : endpoints) {
                last = Math.max(last, endpoint.place());
            }
            int[] indexes = new int[last + 1];
            Arrays.fill(indexes, -1);
            for (int i = 0; i < endpoints.length; i++) {
                indexes[endpoints[i].place()] = i;
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
