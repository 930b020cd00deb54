package io.muster.benchmarks.quality;

import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import io.muster.lb.LoadBalancers;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the parts found, as the table of what must hold. What did not run is short.
 *
 * @param summaries of what ran
 * @param note how it was measured
 */
record Findings(List<Summary> summaries, String note) {
    private static final String SERVICE_TIMES = "service times";
    private static final String FAIR_SHARES = "fair shares";
    private static final double SERVERS = 10;

    Report report() {
        String slow = "one of ten servers ten times slower, 20 clients, load 0.7: ";
        String equal = "ten equal servers, 20 clients, load 0.8: ";
        String fails = "a server that fails at once, 20 clients, outlier detection ";
        Policy ejecting = Policies.outliers(LoadBalancers.POWER_OF_TWO_CHOICES);
        ToDoubleFunction<Result> failing = result -> result.firstShare() * SERVERS;
        return new Report(
                "quality",
                List.of(
                        row(slow + "mean", Must.atMost(3.2), Studies.SLOW_20, Policies.DEFAULT, Result::mean),
                        row(slow + "p99", Must.atMost(13.5), Studies.SLOW_20, Policies.DEFAULT, Result::p99),
                        row(
                                slow + "mean, reported load",
                                Must.atMost(3.2),
                                Studies.SLOW_20,
                                Policies.REPORTED,
                                Result::mean),
                        row(
                                slow + "p99, reported load",
                                Must.atMost(13.5),
                                Studies.SLOW_20,
                                Policies.REPORTED,
                                Result::p99),
                        row(
                                equal + "mean, reported load, declining",
                                Must.atMost(2.2),
                                Studies.EQUAL_20,
                                Policies.DECLINABLE,
                                Result::mean),
                        Row.of(
                                equal + "declined and sent again",
                                "share of all requests",
                                Must.nothing(),
                                value(Studies.EQUAL_20, Policies.DECLINABLE, Result::declinedShare)),
                        row(
                                equal + "mean, reported load",
                                Must.nothing(),
                                Studies.EQUAL_20,
                                Policies.REPORTED,
                                Result::mean),
                        row(equal + "mean", Must.nothing(), Studies.EQUAL_20, Policies.DEFAULT, Result::mean),
                        row(
                                equal + "mean, own requests alone",
                                Must.nothing(),
                                Studies.EQUAL_20,
                                Policies.LEAST_OF_TWO,
                                Result::mean),
                        share(fails + "off", Must.atMost(1.1), Policies.DEFAULT, failing),
                        share(fails + "on", Must.atMost(0.1), ejecting, failing),
                        share(fails + "off, reported load", Must.atMost(1.1), Policies.REPORTED, failing)),
                List.of(note, "The rival is the ideal: every request goes to the shortest of all queues."));
    }

    private Row row(String figure, Must must, String scenario, Policy policy, ToDoubleFunction<Result> value) {
        return new Row(
                figure, SERVICE_TIMES, must, value(scenario, policy, value), value(scenario, References.IDEAL, value));
    }

    private Row share(String figure, Must must, Policy policy, ToDoubleFunction<Result> value) {
        return Row.of(figure, FAIR_SHARES, must, value(Studies.FAILING_20, policy, value));
    }

    private double value(String scenario, Policy policy, ToDoubleFunction<Result> value) {
        return summaries.stream()
                .filter(summary ->
                        summary.scenario().equals(scenario) && summary.policy().equals(policy.name()))
                .findFirst()
                .map(summary -> summary.mean(value))
                .orElse(Double.NaN);
    }
}
