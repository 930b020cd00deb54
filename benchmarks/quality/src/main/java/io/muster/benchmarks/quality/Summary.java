package io.muster.benchmarks.quality;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the runs of a scenario with a policy showed, one run for each seed.
 *
 * @param scenario its name
 * @param policy its name
 * @param results one for each seed
 */
record Summary(String scenario, String policy, List<Result> results) {
    Summary {
        results = List.copyOf(results);
    }

    /** A figure's mean over the seeds. */
    double mean(ToDoubleFunction<Result> figure) {
        return results.stream().mapToDouble(figure).average().orElseThrow();
    }

    /** A figure's largest value over the seeds. */
    double worst(ToDoubleFunction<Result> figure) {
        return results.stream().mapToDouble(figure).max().orElseThrow();
    }

    /** Whether it diverged with most of the seeds. */
    boolean diverges() {
        return results.stream().filter(Result::diverges).count() * 2 > results.size();
    }
}
