package io.muster.benchmarks.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
    @Test
    void whatDidNotRunIsShort() {
        assertThat(new Findings()
                        .report().rows().stream().filter(row -> row.must().kind() != Must.Kind.NOTHING))
                .hasSizeGreaterThan(10)
                .noneMatch(Row::ok);
    }

    @Test
    void failOverWithoutItsRivalIsShort() {
        Findings findings = new Findings();
        findings.musterLosses = new Findings.Losses(seconds(1, 1.5), seconds(1, 1.5));

        assertThat(failOver(findings.report())).hasSize(6).noneMatch(Row::ok);

        findings.etcdLosses = new Findings.Losses(seconds(1.6, 1.7), seconds(1.6, 1.7));
        assertThat(failOver(findings.report())).hasSize(6).allMatch(Row::ok);
    }

    @Test
    void halfOfEtcdsRateIsEnough() {
        Findings findings = new Findings();
        findings.muster = costs(500);
        findings.etcd = costs(1000);
        assertThat(rate(findings.report()).ok()).isTrue();

        findings.muster = costs(499);
        assertThat(rate(findings.report()).ok()).isFalse();
    }

    private static List<Row> failOver(Report report) {
        return report.rows().stream()
                .filter(row -> row.figure().startsWith("fail-over"))
                .toList();
    }

    private static Row rate(Report report) {
        return report.rows().stream()
                .filter(row -> row.figure().startsWith("acquire rate"))
                .findFirst()
                .orElseThrow();
    }

    private static Findings.Costs costs(double rate) {
        Map<LeaseCost.Kind, LeaseCost.Cost> costs =
                Map.of(LeaseCost.Kind.ACQUIRE, new LeaseCost.Cost(rate, seconds(0.01)));
        return new Findings.Costs(costs, costs);
    }

    private static Latencies seconds(double... values) {
        Latencies latencies = new Latencies();
        for (double value : values) {
            latencies.add(Math.round(value * 1e9));
        }
        return latencies;
    }
}
