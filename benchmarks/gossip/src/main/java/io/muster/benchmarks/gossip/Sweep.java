package io.muster.benchmarks.gossip;

import java.util.List;
import java.util.function.IntFunction;

/**
 * One figure over one parameter, by formula and in the simulator.
 *
 * @param name of the drawing's file
 * @param title what is seen
 * @param across what the parameter is
 * @param up what the figure is
 * @param top the largest figure that is drawn
 * @param places values of the parameter
 * @param pairs a formula and what was simulated, each with one figure per place
 */
record Sweep(String name, String title, String across, String up, double top, List<String> places, List<Pair> pairs) {
    /**
     * A line of each.
     *
     * @param label of both
     * @param formula figures by formula
     * @param simulated figures of the simulator
     */
    record Pair(String label, List<Double> formula, List<Double> simulated) {
        Pair {
            formula = List.copyOf(formula);
            simulated = List.copyOf(simulated);
        }

        static Pair of(String label, int places, IntFunction<Double> formula, IntFunction<Double> simulated) {
            return new Pair(
                    label,
                    java.util.stream.IntStream.range(0, places)
                            .mapToObj(formula)
                            .toList(),
                    java.util.stream.IntStream.range(0, places)
                            .mapToObj(simulated)
                            .toList());
        }
    }

    Sweep {
        places = List.copyOf(places);
        pairs = List.copyOf(pairs);
    }
}
