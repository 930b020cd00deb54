package io.muster.benchmarks.quality;

import java.util.List;
import java.util.Locale;

/** What the scenarios showed, as Markdown. */
final class Table {
    private static final String HEAD = """
            | scenario | strategy | mean (worst) | p50 | p99 (worst) | imbalance | first | last | local | declined |
            |---|---|---|---|---|---|---|---|---|---|
            """;

    private Table() {}

    static String of(List<Summary> summaries) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Summary summary : summaries) {
            text.append(line(summary));
        }
        return text.toString();
    }

    /** Mean and p99 in short. */
    static String latencies(Summary summary) {
        String text = String.format(
                Locale.ROOT,
                "%.2f (%.2f) / %.1f (%.1f)",
                summary.mean(Result::mean),
                summary.worst(Result::mean),
                summary.mean(Result::p99),
                summary.worst(Result::p99));
        return summary.diverges() ? text + " diverges" : text;
    }

    private static String line(Summary summary) {
        String latencies = summary.diverges()
                ? "diverges | | "
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f) | %.2f | %.1f (%.1f)",
                        summary.mean(Result::mean),
                        summary.worst(Result::mean),
                        summary.mean(Result::median),
                        summary.mean(Result::p99),
                        summary.worst(Result::p99));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.2f | %.3f | %.3f | %.2f | %.2f |%n",
                summary.scenario(),
                summary.policy(),
                latencies,
                summary.mean(Result::imbalance),
                summary.mean(Result::firstShare),
                summary.mean(Result::lastShare),
                summary.mean(Result::localShare),
                summary.mean(Result::declinedShare));
    }
}
