package io.muster.benchmarks.lease;

import io.muster.benchmarks.lease.Pause.Moment;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the experiments found, as the table. What did not run is null or missing, and its rows are short. */
final class Findings {
    private static final List<Backend> SERVERS = List.of(Backend.POSTGRESQL, Backend.MARIADB, Backend.REDIS);
    private static final List<Backend> DATABASES = List.of(Backend.POSTGRESQL, Backend.MARIADB);
    private static final List<Backend> COSTED = List.of(Backend.POSTGRESQL, Backend.MARIADB, Backend.REDIS, Backend.H2);
    private static final double PROCEEDS_WITHIN = Stack.MUSTER.ttl().toSeconds() + 5;
    private static final double COST_RATIO = 1.2;

    private final Scale scale;
    volatile @Nullable List<Pause.Tally> pauses;
    volatile @Nullable List<Pause.Tally> rivals;
    volatile @Nullable List<Cut.Result> cuts;
    volatile @Nullable Map<Backend, Cost.Result> cost;

    Findings(Scale scale) {
        this.scale = scale;
    }

    Report report() {
        List<Row> rows = new ArrayList<>();
        pauses(rows);
        cuts(rows);
        costs(rows);
        return new Report("lease", rows, new Notes(scale, pauses, rivals, cost).all());
    }

    private void pauses(List<Row> rows) {
        for (Backend backend : SERVERS) {
            stale(rows, backend, Stack.SHEDLOCK);
        }
        stale(rows, Backend.REDIS, Stack.REDISSON);
        stale(rows, Backend.HTTP, Stack.NO_GUARD);
        for (Backend backend : DATABASES) {
            rows.add(new Row(
                    "SIGSTOP between guard and commit, " + backend.label() + ": stale commits accepted, rival ShedLock",
                    "commits",
                    Must.atMost(0),
                    figure(pauses, Stack.MUSTER, backend, Moment.BEFORE_COMMIT, Pause.Tally::stale),
                    figure(rivals, Stack.SHEDLOCK, backend, Moment.BEFORE_COMMIT, Pause.Tally::stale)));
            rows.add(Row.of(
                    "SIGSTOP between guard and commit, " + backend.label() + ": successor has written",
                    "s",
                    Must.atMost(PROCEEDS_WITHIN),
                    figure(pauses, Stack.MUSTER, backend, Moment.BEFORE_COMMIT, Pause.Tally::seconds)));
        }
    }

    private void stale(List<Row> rows, Backend backend, Stack rival) {
        rows.add(new Row(
                "SIGSTOP beyond the TTL, " + backend.label() + ": stale writes accepted, rival " + rival.label(),
                "writes",
                Must.atMost(0),
                figure(pauses, Stack.MUSTER, backend, Moment.BETWEEN_WRITES, Pause.Tally::stale),
                figure(rivals, rival, backend, Moment.BETWEEN_WRITES, Pause.Tally::stale)));
    }

    private static double figure(
            @Nullable List<Pause.Tally> tallies,
            Stack stack,
            Backend backend,
            Moment moment,
            ToDoubleFunction<Pause.Tally> figure) {
        return tallies == null
                ? Double.NaN
                : Pause.of(tallies, stack, backend, moment).stream()
                        .mapToDouble(figure)
                        .findFirst()
                        .orElse(Double.NaN);
    }

    private void cuts(List<Row> rows) {
        for (Backend backend : SERVERS) {
            rows.add(Row.of(
                    "store cut off for 1 s, " + backend.label() + ", in three ways: leases lost",
                    "leases",
                    Must.atMost(0),
                    sum(backend, Cut.Result::lost)));
        }
        for (Backend backend : SERVERS) {
            rows.add(Row.of(
                    "store cut off beyond the TTL, " + backend.label()
                            + ", in three ways: guarded writes begun after the local deadline",
                    "writes",
                    Must.atMost(0),
                    sum(backend, Cut.Result::late)));
        }
        for (Backend backend : SERVERS) {
            rows.add(Row.of(
                    "store cut off beyond the TTL, " + backend.label()
                            + ": work interrupted before the local deadline, least",
                    "ms",
                    Must.atLeast(0),
                    least(backend)));
        }
    }

    private double sum(Backend backend, ToDoubleFunction<Cut.Result> figure) {
        List<Cut.Result> results = results(backend);
        return results.isEmpty()
                ? Double.NaN
                : results.stream().mapToDouble(figure).sum();
    }

    private double least(Backend backend) {
        return results(backend).stream()
                .mapToDouble(Cut.Result::spareMillis)
                .min()
                .orElse(Double.NaN);
    }

    /** Those of a store; none unless it was cut off in every way. */
    private List<Cut.Result> results(Backend backend) {
        List<Cut.Result> found = cuts;
        List<Cut.Result> ofBackend = found == null
                ? List.of()
                : found.stream().filter(result -> result.backend() == backend).toList();
        return ofBackend.size() == TcpProxy.Way.values().length ? ofBackend : List.of();
    }

    private void costs(List<Row> rows) {
        for (Backend backend : SERVERS) {
            rows.add(cost(backend, "ShedLock", Must.ratioAtMost(COST_RATIO)));
        }
        rows.add(cost(Backend.H2, "ShedLock", Must.nothing()));
        rows.add(cost(Backend.REDIS, "Redisson's lock", Must.nothing()));
        rows.add(cost(Backend.REDIS, "Redisson's fenced lock", Must.nothing()));
        for (Backend backend : COSTED) {
            String pair = backend.label() + ": acquire + release";
            rows.add(told(pair, "1/s", backend, Cost.Figure::pairsPerSecond));
            rows.add(told(pair + ", p50", "µs", backend, f -> 1000 * f.pairs().millis(0.5)));
            rows.add(told(pair + ", p99", "µs", backend, f -> 1000 * f.pairs().millis(0.99)));
            rows.add(told(backend.label() + ": renew", "1/s", backend, Cost.Figure::renewalsPerSecond));
            Cost.Result result = result(backend);
            rows.add(Row.of(
                    backend.label() + ": leases renewed by calls of 100",
                    "1/s",
                    Must.nothing(),
                    result == null ? Double.NaN : result.batchPerSecond()));
        }
    }

    private Row cost(Backend backend, String rival, Must must) {
        return row(
                backend.label() + ": acquire + release, rival " + rival,
                "µs",
                must,
                backend,
                rival,
                Cost.Figure::pairMicros);
    }

    private Row told(String figure, String unit, Backend backend, ToDoubleFunction<Cost.Figure> of) {
        return row(figure, unit, Must.nothing(), backend, "ShedLock", of);
    }

    private Row row(
            String figure, String unit, Must must, Backend backend, String rival, ToDoubleFunction<Cost.Figure> of) {
        Cost.Result result = result(backend);
        if (result == null) {
            return Row.of(figure, unit, must, Double.NaN);
        }
        double rivals = result.rival(rival).stream().mapToDouble(of).findFirst().orElse(Double.NaN);
        return new Row(figure, unit, must, of.applyAsDouble(result.muster()), rivals);
    }

    private Cost.@Nullable Result result(Backend backend) {
        Map<Backend, Cost.Result> results = cost;
        return results == null ? null : results.get(backend);
    }
}
