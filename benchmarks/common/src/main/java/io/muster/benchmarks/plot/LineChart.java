package io.muster.benchmarks.plot;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Lines over places that are equally far apart.
 *
 * @param title what is seen
 * @param across what the places are
 * @param places their names
 * @param up what the values are
 * @param top the largest value that is shown; a line that goes beyond ends there
 * @param lines all that are drawn
 */
public record LineChart(String title, String across, List<String> places, String up, double top, List<Line> lines) {
    private static final int WIDTH = 790;
    private static final int HEIGHT = 400;
    private static final int LEFT = 56;
    private static final int RIGHT = 260;
    private static final int TOP = 60;
    private static final int BOTTOM = 52;
    private static final int RULES = 5;
    private static final double LABEL = 15;

    /**
     * A line.
     *
     * @param name at its end
     * @param values one for each place
     * @param colour of the line
     * @param dashed for what is not the library's
     */
    public record Line(String name, List<Double> values, String colour, boolean dashed) {
        public Line {
            values = List.copyOf(values);
        }
    }

    public LineChart {
        places = List.copyOf(places);
        lines = List.copyOf(lines);
    }

    /** The drawing as text. */
    public String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT);
        svg.text(16, 24, "start", "title", title);
        svg.text(16, 44, "start", "faint", up);
        for (int i = 0; i <= RULES; i++) {
            double value = top * i / RULES;
            svg.line(LEFT, y(value), WIDTH - RIGHT, y(value), i == 0 ? "axis" : "rule");
            svg.text(LEFT - 8.0, y(value) + 4, "end", "faint", number(value));
        }
        for (int i = 0; i < places.size(); i++) {
            svg.text(x(i), HEIGHT - BOTTOM + 18.0, "middle", "faint", places.get(i));
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12.0, "middle", "faint", across);
        double above = Double.NEGATIVE_INFINITY;
        List<Line> byHeight =
                lines.stream().sorted((a, b) -> Double.compare(end(b), end(a))).toList();
        for (Line line : byHeight) {
            draw(svg, line);
            double label = Math.max(y(end(line)) + 4, above + LABEL);
            svg.dot(WIDTH - RIGHT + 12.0, label - 4, line.colour);
            svg.text(WIDTH - RIGHT + 22.0, label, "start", "", line.name);
            above = label;
        }
        return svg.toString();
    }

    private void draw(Svg svg, Line line) {
        double[] points = Stream.iterate(
                        0, i -> i < line.values.size() && (i == 0 || line.values.get(i - 1) <= top), i -> i + 1)
                .flatMapToDouble(i -> DoubleStream.of(x(i), y(Math.min(line.values.get(i), top))))
                .toArray();
        svg.path(points, line.colour, line.dashed);
        for (int i = 0; i < points.length; i += 2) {
            svg.dot(points[i], points[i + 1], line.colour);
        }
    }

    private double end(Line line) {
        return Math.min(top, line.values.get(line.values.size() - 1));
    }

    private double x(int place) {
        return LEFT + 16 + (double) (WIDTH - LEFT - RIGHT - 32) * place / Math.max(1, places.size() - 1);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((int) value) : String.format(Locale.ROOT, "%.1f", value);
    }
}
