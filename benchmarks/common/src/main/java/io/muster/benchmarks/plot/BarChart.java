package io.muster.benchmarks.plot;

import java.util.List;
import java.util.Locale;

/**
 * Bars that lie, one below the other, each with its name and its figure.
 *
 * @param title what is seen
 * @param unit of the figures
 * @param bars from above
 */
public record BarChart(String title, String unit, List<Bar> bars) {
    private static final int WIDTH = 760;
    private static final int LEFT = 300;
    private static final int RIGHT = 110;
    private static final int TOP = 56;
    private static final int STEP = 26;
    private static final int THICKNESS = 16;

    /**
     * A bar.
     *
     * @param name beside it
     * @param value its length
     * @param kind gives its colour
     * @param diverges whether it has no end
     */
    public record Bar(String name, double value, Kind kind, boolean diverges) {}

    /** What a bar stands for. */
    public enum Kind {
        /** A strategy of the library. */
        PLAIN("#8c959f"),
        /** The default. */
        DEFAULT("#0969da"),
        /** What is not the library's. */
        REFERENCE("#d4a72c");

        private final String colour;

        Kind(String colour) {
            this.colour = colour;
        }
    }

    public BarChart {
        bars = List.copyOf(bars);
    }

    /** The drawing as text. */
    public String svg() {
        Svg svg = new Svg(WIDTH, TOP + STEP * bars.size() + 14);
        svg.text(16, 24, "start", "title", title);
        svg.text(16, 42, "start", "faint", unit);
        double longest = bars.stream()
                .filter(bar -> !bar.diverges)
                .mapToDouble(Bar::value)
                .max()
                .orElse(1);
        double full = WIDTH - LEFT - RIGHT;
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double y = TOP + (double) STEP * i;
            double length = bar.diverges ? full : full * bar.value / longest;
            svg.text(LEFT - 8.0, y + THICKNESS - 4, "end", "", bar.name);
            svg.bar(LEFT, y, length, THICKNESS, bar.kind.colour);
            svg.text(
                    LEFT + length + 6,
                    y + THICKNESS - 4,
                    "start",
                    "",
                    bar.diverges ? "grows for ever" : String.format(Locale.ROOT, "%.2f", bar.value));
        }
        svg.line(LEFT, TOP - 4.0, LEFT, TOP + (double) STEP * bars.size(), "axis");
        return svg.toString();
    }
}
