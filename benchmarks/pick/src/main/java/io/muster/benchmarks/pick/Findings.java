package io.muster.benchmarks.pick;

import io.muster.benchmarks.pick.Figures.Subject;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import io.muster.lb.LoadBalancers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/**
 * What was measured, as the table. What was not is short.
 *
 * @param scale how long, and how often
 * @param figures what was measured
 */
record Findings(Scale scale, Figures figures) {
    private static final String PICK = "pick";
    private static final String CYCLE = "cycle";
    private static final String UPDATE = "MembershipCost.update";
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int FLEET = 1000;

    Report report() {
        List<Row> rows = new ArrayList<>();
        rows.add(allocation("pick", PICK));
        rows.add(allocation("full cycle", CYCLE));
        against(rows, PICK, LoadBalancers.ROUND_ROBIN, "atomicCounter", 1.35);
        against(rows, PICK, LoadBalancers.WEIGHTED_ROUND_ROBIN, "atomicCounter", 2);
        against(rows, PICK, LoadBalancers.LEAST_IN_FLIGHT_OF_TWO, "twoPicks", 1.35);
        busy(rows, LoadBalancers.LEAST_IN_FLIGHT_OF_TWO, "twoPicks");
        against(rows, CYCLE, LoadBalancers.LEAST_IN_FLIGHT_OF_TWO, "twoPicksCounted", 1.35);
        against(rows, CYCLE, LoadBalancers.POWER_OF_TWO_CHOICES, "twoPicksTimed", 1.35);
        against(rows, PICK, LoadBalancers.CONSISTENT_HASHING, "binarySearch", 1.25);
        against(rows, PICK, LoadBalancers.MAGLEV, "tableSlot", 5);
        starter(rows);
        twoThreads(rows);
        LoadBalancers.strategyNames().forEach(strategy -> rows.add(membership(strategy)));
        return new Report("pick", rows, notes());
    }

    /** Of all strategies and sizes the one that allocates most. */
    private Row allocation(String what, String benchmark) {
        double most = 0;
        for (String strategy : LoadBalancers.strategyNames()) {
            most = Math.max(most, most(size -> figures.bytes(cost(benchmark, strategy, size, 1))));
        }
        return Row.of(what + ", any strategy: allocation", "B", Must.atMost(0), most);
    }

    private void against(List<Row> rows, String benchmark, String strategy, String limit, double factor) {
        String what = benchmark.equals(PICK) ? "pick" : "full cycle";
        for (int size : Group.SIZES) {
            rows.add(new Row(
                    String.format(Locale.ROOT, "%s, %s of %,d, beside %s", strategy, what, size, limit),
                    "ns",
                    Must.ratioAtMost(factor),
                    figures.nanos(cost(benchmark, strategy, size, 1)),
                    figures.nanos(new Subject("Limits." + limit, "", size, 1))));
        }
    }

    /** While all endpoints have requests in flight, which spares no look at any. */
    private void busy(List<Row> rows, String strategy, String limit) {
        for (int size : Group.SIZES) {
            rows.add(new Row(
                    String.format(Locale.ROOT, "%s, pick of %,d that are busy, beside %s", strategy, size, limit),
                    "ns",
                    Must.nothing(),
                    figures.nanos(cost("pickBusy", strategy, size, 1)),
                    figures.nanos(new Subject("Limits." + limit, "", size, 1))));
        }
    }

    private void starter(List<Row> rows) {
        starterOver(rows, "starter, choice over the bare pick", "choose", PICK, Must.atMost(150), Must.atMost(64));
        starterOver(
                rows,
                "starter, choice, start and end over the bare full cycle, whose ticket is no object",
                "call",
                CYCLE,
                Must.nothing(),
                Must.nothing());
        for (int size : Group.SIZES) {
            rows.add(new Row(
                    String.format(Locale.ROOT, "starter, choice, start and end of %,d, beside Spring's default", size),
                    "ns",
                    Must.ratioAtMost(1.0 / 3),
                    figures.nanos(new Subject("StarterCost.call", "", size, 1)),
                    figures.nanos(new Subject("StarterCost.springCall", "", size, 1))));
        }
    }

    private void starterOver(List<Row> rows, String figure, String benchmark, String bare, Must nanos, Must bytes) {
        String strategy = LoadBalancers.POWER_OF_TWO_CHOICES;
        rows.add(Row.of(
                figure,
                "ns",
                nanos,
                most(size -> figures.nanos(new Subject("StarterCost." + benchmark, "", size, 1))
                        - figures.nanos(cost(bare, strategy, size, 1)))));
        rows.add(Row.of(
                figure,
                "B",
                bytes,
                most(size -> figures.bytes(new Subject("StarterCost." + benchmark, "", size, 1))
                        - figures.bytes(cost(bare, strategy, size, 1)))));
    }

    private void twoThreads(List<Row> rows) {
        String strategy = LoadBalancers.LEAST_IN_FLIGHT_OF_TWO;
        for (int size : Group.SIZES) {
            rows.add(new Row(
                    String.format(Locale.ROOT, "%s, full cycle of %,d, two threads beside one", strategy, size),
                    "ns",
                    Must.ratioAtMost(3),
                    figures.nanos(cost(CYCLE, strategy, size, 2)),
                    figures.nanos(cost(CYCLE, strategy, size, 1))));
        }
    }

    private Row membership(String strategy) {
        double limit = switch (strategy) {
            case LoadBalancers.CONSISTENT_HASHING, LoadBalancers.BOUNDED_CONSISTENT_HASHING -> 50;
            case LoadBalancers.MAGLEV -> 10;
            default -> 0.1;
        };
        return Row.of(
                String.format(Locale.ROOT, "%s, one of %,d comes or goes", strategy, FLEET),
                "ms",
                Must.atMost(limit),
                figures.nanos(new Subject(UPDATE, strategy, FLEET, 1)) / NANOS_PER_MILLI);
    }

    /** The name of what a strategy costs: those that go by keys are measured with them. */
    static Subject cost(String benchmark, String strategy, int size, int threads) {
        boolean keyed = LoadBalancers.strategy(strategy).isKeyed();
        return new Subject((keyed ? "KeyedStrategyCost." : "StrategyCost.") + benchmark, strategy, size, threads);
    }

    /** The largest figure of all sizes; NaN when one is missing. */
    private static double most(IntToDoubleFunction figure) {
        return Group.SIZES.stream()
                .mapToDouble(size -> figure.applyAsDouble(size))
                .reduce(Math::max)
                .orElse(Double.NaN);
    }

    private List<String> notes() {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "JMH, each figure in a JVM of its own, %d rounds through what is compared (%d through all): %d windows of %d ms"
                                + " after %d ms of warm-up (Spring, the starter and membership: %d of %d ms after %d ms),"
                                + " -XX:+UseParallelGC -Xbatch. Time is the shortest window's, per thread; bytes are the middle one's, to the"
                                + " nearest multiple of 8, below which the harness's own lie.",
                        scale.rounds(),
                        scale.roundsOfAll(),
                        scale.windows(),
                        scale.windowMillis(),
                        scale.warmUps() * scale.warmUpMillis(),
                        scale.longWindows(),
                        scale.longWindowMillis(),
                        scale.longWarmUps() * scale.warmUpMillis()),
                "power-of-two-choices is peak EWMA, least-in-flight-of-two is P2C by requests in flight. A pick is"
                        + " LoadBalancer.pick; a full cycle is pick, start and finish in one method, so that its ticket need not be an object.",
                "The starter chooses by power-of-two-choices. Its choice, start and end are what its interceptor does around a request;"
                        + " Spring's are LoadBalancerClient.execute, which its interceptor calls, with round robin over a cached list.",
                String.format(
                        Locale.ROOT,
                        "Machine: %d processors, Java %s, with all the load on it.",
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version()),
                "All figures: ns per operation, shortest (middle) window, and bytes.\n\n"
                        + new CostTable(figures).markdown());
    }
}
