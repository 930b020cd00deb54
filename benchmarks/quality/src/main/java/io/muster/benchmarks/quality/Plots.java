package io.muster.benchmarks.quality;

import io.muster.benchmarks.plot.BarChart;
import io.muster.benchmarks.plot.BarChart.Bar;
import io.muster.benchmarks.plot.BarChart.Kind;
import io.muster.benchmarks.plot.LineChart;
import io.muster.benchmarks.plot.LineChart.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Draws what the scenarios showed.
 *
 * @param summaries of all parts
 * @param folder of the drawings
 */
record Plots(List<Summary> summaries, Path folder) {
    private static final String MEAN = "mean latency in service times, mean of the seeds";
    private static final List<String> COLOURS =
            List.of("#8c959f", "#0969da", "#8250df", "#1a7f37", "#d4a72c", "#cf222e");

    void draw() throws IOException {
        Files.createDirectories(folder);
        bars("equal-servers", Studies.EQUAL_20, MEAN, Result::mean);
        bars("slow-server", Studies.SLOW_20, "p99 in service times, mean of the seeds", Result::p99);
        bars(
                "failing-server",
                Studies.FAILING_20,
                "the broken server's share of all requests; a fair one is 0.10",
                Result::firstShare);
        bars("newcomer", MoreStudies.NEWCOMER, "p99 in service times, mean of the seeds", Result::p99);
        bars("zones", MoreStudies.ZONES, MEAN, Result::mean);
        bars("hot-keys", MoreStudies.KEYS, "the busiest server's share over the mean one", Result::imbalance);
        choices("choices-1-client", 1);
        choices("choices-20-clients", 20);
        reports();
    }

    private void bars(String file, String scenario, String unit, ToDoubleFunction<Result> figure) throws IOException {
        List<Bar> bars = summaries.stream()
                .filter(summary -> summary.scenario().equals(scenario))
                .map(summary -> new Bar(
                        summary.policy(),
                        summary.mean(figure),
                        kind(summary.policy()),
                        summary.diverges() && !unit.contains("share")))
                .toList();
        save(file, new BarChart(scenario, unit, bars).svg());
    }

    private static Kind kind(String policy) {
        List<Policy> references =
                List.of(References.IDEAL, References.TWO_EXACT, References.FIRST_OF_EQUALS, References.SYNCHRONIZED);
        if (references.stream().anyMatch(reference -> reference.name().equals(policy))) {
            return Kind.REFERENCE;
        }
        return Policies.isDefault(policy) ? Kind.DEFAULT : Kind.PLAIN;
    }

    private void choices(String file, int clients) throws IOException {
        List<String> policies = List.of(
                Policies.choices(1).name(),
                Policies.choices(2).name(),
                Policies.choices(3).name(),
                References.IDEAL.name());
        List<Line> lines = lines(policies, Studies.LOADS, load -> Studies.choicesName(clients, load));
        String title = "10 equal servers, " + (clients == 1 ? "1 client" : clients + " clients") + ": d choices";
        List<String> places = Studies.LOADS.stream().map(String::valueOf).toList();
        save(file, new LineChart(title, "load", places, MEAN, 15, lines).svg());
    }

    private void reports() throws IOException {
        List<String> policies = List.of(
                Policies.LEAST_OF_TWO.name(),
                Policies.DEFAULT.name(),
                Policies.REPORTED.name(),
                Policies.DECLINABLE.name(),
                References.TWO_EXACT.name(),
                References.IDEAL.name());
        List<Line> lines = lines(policies, Studies.CLIENTS, Studies::reportsName);
        List<String> places = Studies.CLIENTS.stream().map(String::valueOf).toList();
        save(
                "reported-load",
                new LineChart("10 equal servers, load 0.8: what a client knows", "clients", places, MEAN, 5, lines)
                        .svg());
    }

    private <T> List<Line> lines(List<String> policies, List<T> places, Function<T, String> scenario) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < policies.size(); i++) {
            String policy = policies.get(i);
            List<Double> values = places.stream()
                    .map(place -> mean(scenario.apply(place), policy))
                    .toList();
            boolean isReference = kind(policy) == Kind.REFERENCE;
            lines.add(new Line(policy, values, COLOURS.get(i), isReference));
        }
        return lines;
    }

    private double mean(String scenario, String policy) {
        return summaries.stream()
                .filter(summary ->
                        summary.scenario().equals(scenario) && summary.policy().equals(policy))
                .findFirst()
                .map(summary -> summary.mean(Result::mean))
                .orElse(0.0);
    }

    private void save(String name, String svg) throws IOException {
        Files.writeString(folder.resolve(name + ".svg"), svg);
    }
}
