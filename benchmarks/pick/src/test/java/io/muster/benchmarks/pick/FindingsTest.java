package io.muster.benchmarks.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.benchmarks.pick.Figures.Subject;
import io.muster.benchmarks.pick.Figures.Window;
import io.muster.benchmarks.report.Must;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Row;
import io.muster.lb.LoadBalancers;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Figures figures = new Figures();

    @Test
    void whatWasNotMeasuredIsShort() {
        assertThat(report().rows())
                .filteredOn(row -> !row.must().equals(Must.nothing()))
                .hasSizeGreaterThan(30)
                .noneMatch(Row::ok);
    }

    @Test
    void timeIsTheShortestWindows() {
        Subject key = new Subject("StrategyCost.pick", LoadBalancers.ROUND_ROBIN, 100, 1);
        figures.add(key, new Window(7, 0));
        figures.add(key, new Window(5, 0));
        figures.add(key, new Window(90, 0));

        assertThat(figures.nanos(key)).isEqualTo(5);
        assertThat(figures.medianNanos(key)).isEqualTo(7);
    }

    @Test
    void whatTheHarnessAllocatesIsNoObject() {
        Subject key = new Subject("StrategyCost.cycle", LoadBalancers.ROUND_ROBIN, 100, 1);
        figures.add(key, new Window(5, 1.2));
        assertThat(figures.bytes(key)).isZero();

        figures.add(key, new Window(5, 40.1));
        figures.add(key, new Window(5, 40.1));
        assertThat(figures.bytes(key)).isEqualTo(40);
    }

    @Test
    void oneStrategyThatAllocatesMakesTheRowShort() {
        for (String strategy : LoadBalancers.strategyNames()) {
            for (int size : Group.SIZES) {
                figures.add(Findings.cost("pick", strategy, size, 1), new Window(5, 0));
                figures.add(
                        Findings.cost("cycle", strategy, size, 1),
                        new Window(50, strategy.equals(LoadBalancers.MAGLEV) && size == 10 ? 40 : 0));
            }
        }

        assertThat(row("pick, any strategy: allocation").ok()).isTrue();
        assertThat(row("full cycle, any strategy: allocation").ok()).isFalse();
    }

    @Test
    void aStrategyIsMeasuredAgainstItsLimitOfTheSameSize() {
        figures.add(new Subject("StrategyCost.pick", LoadBalancers.ROUND_ROBIN, 1000, 1), new Window(6, 0));
        figures.add(new Subject("Limits.atomicCounter", "", 1000, 1), new Window(5, 0));
        figures.add(new Subject("Limits.atomicCounter", "", 10, 1), new Window(1, 0));

        assertThat(row("round-robin, pick of 1,000, beside atomicCounter").ok()).isTrue();
    }

    private Row row(String figure) {
        return report().rows().stream()
                .filter(row -> row.figure().equals(figure))
                .findFirst()
                .orElseThrow();
    }

    private Report report() {
        return new Findings(Scale.quick(), figures).report();
    }
}
