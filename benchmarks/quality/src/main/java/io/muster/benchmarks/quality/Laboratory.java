package io.muster.benchmarks.quality;

import io.muster.benchmarks.report.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Runs scenarios with policies, once for each of a few fixed seeds, and keeps what they showed. */
final class Laboratory {
    private final int seeds;
    private final double scale;
    private final Progress progress;
    private final List<Summary> summaries = new ArrayList<>();

    /**
     * One that has shown nothing yet.
     *
     * @param seeds how many, from 1 on
     * @param scale how many of a scenario's requests are sent
     */
    Laboratory(int seeds, double scale, Progress progress) {
        this.seeds = seeds;
        this.scale = scale;
        this.progress = progress;
    }

    /** How many requests a run has that would have so many. */
    int requests(int full) {
        return (int) (full * scale);
    }

    /** Runs it, as many seeds at once as there are processors. */
    Summary run(Scenario scenario, Policy policy) {
        List<Result> results = LongStream.rangeClosed(1, seeds)
                .parallel()
                .mapToObj(seed -> Simulation.run(scenario, policy, seed))
                .toList();
        Summary summary = new Summary(scenario.name(), policy.name(), results);
        progress.say("%-52s %-48s %s", scenario.name(), policy.name(), Table.latencies(summary));
        synchronized (this) {
            summaries.add(summary);
        }
        return summary;
    }

    /** Runs it with each policy. */
    List<Summary> run(Scenario scenario, List<Policy> policies) {
        return policies.stream().map(policy -> run(scenario, policy)).toList();
    }

    /** All that was shown so far, in order. */
    synchronized List<Summary> summaries() {
        return List.copyOf(summaries);
    }

    /** What is said of the runs. */
    String note() {
        return String.format(
                Locale.ROOT,
                "Each figure is the mean over %d seeded runs, with the worst of them in brackets; latencies in mean service times.",
                seeds);
    }
}
