package io.muster.benchmarks.raft;

import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What was measured, as the table. A part that did not run is null, and its rows are short. */
final class Findings {
    /** Of an even number the larger of the two in the middle. */
    private static final double UPPER_MEDIAN = 0.501;

    volatile @Nullable Costs muster;
    volatile @Nullable Costs etcd;
    volatile @Nullable Losses musterLosses;
    volatile @Nullable Losses etcdLosses;
    volatile FaultRuns.@Nullable Result faults;
    volatile LargeCatalogue.@Nullable Result catalogue;
    volatile @Nullable Latencies picker;
    volatile RollingRestart.@Nullable Result rolling;

    /** What calls cost with one client and with 32. */
    record Costs(Map<LeaseCost.Kind, LeaseCost.Cost> one, Map<LeaseCost.Kind, LeaseCost.Cost> many) {}

    /** Fail-over times. */
    record Losses(Latencies kill, Latencies stop) {}

    Report report() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of(
                "tokens gone back, histories not linearizable, over all fault runs",
                "times",
                Must.atMost(0),
                of(faults, FaultRuns.Result::wrong)));
        rows.add(Row.of(
                "lease lost or granted twice by loss of a minority, restart, snapshot install",
                "times",
                Must.atMost(0),
                of(faults, FaultRuns.Result::lostOrTwice)));
        failOver(rows, "kill -9", Losses::kill);
        failOver(rows, "SIGSTOP", Losses::stop);
        costs(rows);
        rows.add(Row.of(
                "registrations/s, 100 clients, three nodes on this machine",
                "1/s",
                Must.atLeast(2000),
                of(catalogue, LargeCatalogue.Result::registrationsPerSecond)));
        rows.add(Row.of(
                "change → picker p99 through a follower, 1,000 instances, quiet",
                "ms",
                Must.atMost(100),
                of(picker, p -> p.millis(0.99))));
        rows.add(Row.of(
                "a node at 30,000 instances: nodes that run with -Xmx256m",
                "of 3",
                Must.atLeast(3),
                of(catalogue, LargeCatalogue.Result::alive)));
        rows.add(Row.of(
                "a node at 30,000 instances: GC, share of its CPU",
                "%",
                Must.atMost(5),
                of(catalogue, LargeCatalogue.Result::collectorPercent)));
        rows.add(Row.of(
                "a node at 30,000 instances: resident",
                "MB",
                Must.atMost(600),
                of(catalogue, LargeCatalogue.Result::residentMegabytes)));
        rows.add(Row.of(
                "failed client calls during a rolling restart of the three nodes, after retries inside the client",
                "calls",
                Must.atMost(0),
                of(rolling, RollingRestart.Result::failed)));
        rows.add(Row.of(
                "rolling restart: the longest call",
                "s",
                Must.atMost(3),
                of(rolling, RollingRestart.Result::longestSeconds)));
        return new Report("raft", rows, notes());
    }

    private void failOver(List<Row> rows, String how, Function<Losses, Latencies> part) {
        double median = of(musterLosses, l -> part.apply(l).millis(UPPER_MEDIAN) / 1000);
        double worst = of(musterLosses, l -> part.apply(l).millis(1) / 1000);
        double rival = of(etcdLosses, l -> part.apply(l).millis(UPPER_MEDIAN) / 1000);
        double rivalWorst = of(etcdLosses, l -> part.apply(l).millis(1) / 1000);
        String figure = "fail-over: leader " + how + " → next grant, ";
        rows.add(new Row(figure + "median against etcd's", "s", Must.ratioAtMost(1), median, rival));
        rows.add(new Row(figure + "median", "s", Must.atMost(2), Double.isNaN(rival) ? rival : median, rival));
        rows.add(new Row(figure + "worst", "s", Must.atMost(4), Double.isNaN(rival) ? rival : worst, rivalWorst));
    }

    private void costs(List<Row> rows) {
        double own = of(muster, c -> cost(c.many, LeaseCost.Kind.ACQUIRE).perSecond());
        double rival = of(etcd, c -> cost(c.many, LeaseCost.Kind.ACQUIRE).perSecond());
        rows.add(new Row(
                "acquire rate, 32 clients, against etcd's grant plus put-if-absent",
                "1/s",
                Must.ratioAtLeast(0.5),
                own,
                rival));
        for (LeaseCost.Kind kind : LeaseCost.Kind.values()) {
            for (int clients : new int[] {1, 32}) {
                String figure =
                        kind.name().toLowerCase(Locale.ROOT) + ", " + clients + (clients == 1 ? " client" : " clients");
                rows.add(figure(
                        figure + ": rate",
                        "1/s",
                        c -> cost(of(c, clients), kind).perSecond()));
                rows.add(figure(
                        figure + ": p50",
                        "ms",
                        c -> cost(of(c, clients), kind).latencies().millis(0.5)));
                rows.add(figure(
                        figure + ": p99",
                        "ms",
                        c -> cost(of(c, clients), kind).latencies().millis(0.99)));
            }
        }
    }

    private Row figure(String figure, String unit, ToDoubleFunction<Costs> value) {
        return new Row(figure, unit, Must.nothing(), of(muster, value), of(etcd, value));
    }

    private static Map<LeaseCost.Kind, LeaseCost.Cost> of(Costs costs, int clients) {
        return clients == 1 ? costs.one : costs.many;
    }

    private static LeaseCost.Cost cost(Map<LeaseCost.Kind, LeaseCost.Cost> costs, LeaseCost.Kind kind) {
        return costs.getOrDefault(kind, new LeaseCost.Cost(Double.NaN, new Latencies()));
    }

    private static <T> double of(@Nullable T result, ToDoubleFunction<T> figure) {
        return result == null ? Double.NaN : figure.applyAsDouble(result);
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(
                "Three processes of each on the loopback and the same disk; Muster with -Xmx256m and G1, etcd with its defaults"
                        + " over its HTTP/JSON gateway; the same HTTP client, spread over the nodes, one call on its way per client.");
        notes.add(
                "Fail-over counts from before the signal to the first grant that was asked for after it, at nodes that are left;"
                        + " a call is given up after 500 ms and asked again.");
        FaultRuns.Result found = faults;
        if (found != null) {
            notes.addAll(found.notes());
        }
        return notes;
    }
}
