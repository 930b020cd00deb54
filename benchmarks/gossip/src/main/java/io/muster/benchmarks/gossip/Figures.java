package io.muster.benchmarks.gossip;

import java.util.EnumMap;
import java.util.Map;

/** What has been measured of one contestant so far. Thread-safe. */
final class Figures {
    private final Map<Figure, Double> values = new EnumMap<>(Figure.class);

    synchronized void put(Figure figure, double value) {
        values.put(figure, value);
    }

    /** NaN while it is not measured. */
    synchronized double get(Figure figure) {
        return values.getOrDefault(figure, Double.NaN);
    }
}
