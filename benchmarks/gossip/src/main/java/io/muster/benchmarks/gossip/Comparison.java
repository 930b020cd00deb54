package io.muster.benchmarks.gossip;

import java.util.List;
import java.util.Locale;

/**
 * A formula beside the simulator.
 *
 * @param configuration what was planned
 * @param figure and its unit
 * @param planned by the formula
 * @param simulated by the simulator
 */
record Comparison(String configuration, String figure, double planned, double simulated) {
    /** By how much the plan misses, as a share of what was simulated. */
    double miss() {
        return planned == simulated ? 0 : Math.abs(planned / simulated - 1);
    }

    String inWords() {
        return configuration + ", " + figure + " " + number(planned) + " planned, " + number(simulated) + " measured";
    }

    static String table(List<Comparison> comparisons) {
        StringBuilder text = new StringBuilder("| | figure | formula | simulator | miss |\n|---|---|---|---|---|\n");
        for (Comparison one : comparisons) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %.0f %% |%n",
                    one.configuration,
                    one.figure,
                    number(one.planned),
                    number(one.simulated),
                    100 * one.miss()));
        }
        return text.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.2f", value);
    }
}
