package io.muster.benchmarks.lease;

import io.muster.benchmarks.report.Latencies;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a lease costs: one thread takes one that is free and gives it back, and renews one, as fast as answers come, in turns
 * with the rivals on the same store. Connections stay open.
 */
final class Cost {
    private static final int BATCH = 100;

    private final Bench bench;

    Cost(Bench bench) {
        this.bench = bench;
    }

    /**
     * What one contestant needs.
     *
     * @param pairMicros an acquisition and its release, the median of the rounds' means
     * @param leastMicros the least of the rounds' means of that
     * @param mostMicros the largest
     * @param pairs all of them
     * @param renewMicros a renewal, likewise; NaN when it has no call for it
     */
    record Figure(
            String name,
            double pairMicros,
            double leastMicros,
            double mostMicros,
            Latencies pairs,
            double renewMicros) {
        double pairsPerSecond() {
            return 1e6 / pairMicros;
        }

        double renewalsPerSecond() {
            return 1e6 / renewMicros;
        }
    }

    /**
     * What came out on one store.
     *
     * @param figures ours first
     * @param batchPerSecond leases that calls of the store renew, a hundred each
     */
    record Result(List<Figure> figures, double batchPerSecond) {
        Figure muster() {
            return figures.get(0);
        }

        Optional<Figure> rival(String name) {
            return figures.stream().filter(figure -> figure.name().equals(name)).findFirst();
        }
    }

    /** By store; one that failed is missing. */
    Map<Backend, Result> run() throws SQLException {
        Map<Backend, Result> results = new EnumMap<>(Backend.class);
        List<Address> addresses = new ArrayList<>(bench.backends().all());
        Tables.create(Address.h2());
        addresses.add(Address.h2());
        for (Address address : addresses) {
            try {
                results.put(address.backend(), measured(address));
            } catch (Exception e) {
                bench.say("cost on %s failed: %s", address.backend().label(), e);
                e.printStackTrace(System.out);
            }
        }
        return results;
    }

    private Result measured(Address address) throws Exception {
        List<Contestant> contestants = new ArrayList<>();
        try (MusterContestant batched = MusterContestant.open(address, BATCH)) {
            contestants.add(MusterContestant.open(address, 1));
            contestants.add(ShedLockContestant.open(address));
            if (address.backend() == Backend.REDIS) {
                contestants.add(RedissonContestant.open(address, false));
                contestants.add(RedissonContestant.open(address, true));
            }
            Scale scale = bench.scale();
            List<Rounds> pairs = rounds(contestants, Contestant::acquireAndRelease, scale.rounds());
            List<Contestant> renewing =
                    contestants.stream().filter(Contestant::renews).toList();
            List<Rounds> renewals = rounds(renewing, Contestant::renew, scale.renewRounds());
            Rounds batches = rounds(List.of(batched), Contestant::renew, scale.renewRounds())
                    .get(0);
            List<Figure> figures = new ArrayList<>();
            for (int i = 0; i < contestants.size(); i++) {
                int renewed = renewing.indexOf(contestants.get(i));
                Figure figure = new Figure(
                        contestants.get(i).name(),
                        pairs.get(i).medianMicros(),
                        Collections.min(pairs.get(i).means),
                        Collections.max(pairs.get(i).means),
                        pairs.get(i).all,
                        renewed < 0 ? Double.NaN : renewals.get(renewed).medianMicros());
                figures.add(figure);
                bench.say(
                        "cost, %s, %s: acquire + release %.0f µs (rounds %.0f to %.0f, p50 %.0f, p99 %.0f), renew %.0f µs",
                        address.backend().label(),
                        figure.name(),
                        figure.pairMicros(),
                        figure.leastMicros(),
                        figure.mostMicros(),
                        1000 * figure.pairs().millis(0.5),
                        1000 * figure.pairs().millis(0.99),
                        figure.renewMicros());
            }
            return new Result(figures, 1e6 / batches.medianMicros() * BATCH);
        } finally {
            contestants.forEach(Contestant::close);
        }
    }

    @FunctionalInterface
    private interface Call {
        void of(Contestant contestant) throws Exception;
    }

    /** The rounds of one contestant. */
    private static final class Rounds {
        private final Latencies all = new Latencies();
        private final List<Double> means = new ArrayList<>();

        double medianMicros() {
            return Latencies.median(
                    means.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    private List<Rounds> rounds(List<Contestant> contestants, Call call, int count) throws Exception {
        List<Rounds> rounds = new ArrayList<>();
        for (Contestant contestant : contestants) {
            window(contestant, call, bench.scale().warmUpMillis(), new Rounds());
            rounds.add(new Rounds());
        }
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < contestants.size(); i++) {
                int turn = turn(i, round, contestants.size());
                window(contestants.get(turn), call, bench.scale().windowMillis(), rounds.get(turn));
            }
        }
        return rounds;
    }

    /**
     * Who is measured at a place of a round: each is first in turn, and each second cycle goes backwards, so that nobody
     * always comes after the same one.
     */
    static int turn(int place, int round, int contestants) {
        boolean backwards = (round / contestants) % 2 == 1;
        return Math.floorMod(round + (backwards ? -place : place), contestants);
    }

    private static void window(Contestant contestant, Call call, int millis, Rounds into) throws Exception {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        long calls = 0;
        long last = begin;
        while (last < end) {
            call.of(contestant);
            long now = System.nanoTime();
            into.all.add(now - last);
            last = now;
            calls++;
        }
        into.means.add((last - begin) / 1e3 / calls);
    }
}
