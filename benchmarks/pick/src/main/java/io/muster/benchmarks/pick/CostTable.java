package io.muster.benchmarks.pick;

import io.muster.benchmarks.pick.Figures.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * All that was measured: a line for each benchmark and kind, a column for each number of endpoints and threads.
 *
 * @param figures what was measured
 */
record CostTable(Figures figures) {
    private static final String INDENT = "  ";

    private record Line(String benchmark, String kind) {}

    private record Column(int threads, int endpoints) {}

    /** The table as Markdown, indented as part of a list. */
    String markdown() {
        List<Column> columns = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            for (int size : Group.SIZES) {
                columns.add(new Column(threads, size));
            }
        }
        StringBuilder text = new StringBuilder(INDENT + "| what |");
        columns.forEach(column -> text.append(String.format(
                Locale.ROOT, " %,d%s |", column.endpoints(), column.threads() == 1 ? "" : ", two threads")));
        text.append(" B |\n").append(INDENT).append("|---|").append("---|".repeat(columns.size() + 1));
        for (Line line : lines()) {
            text.append('\n').append(INDENT).append("| ").append(name(line)).append(" |");
            columns.forEach(
                    column -> text.append(' ').append(time(key(line, column))).append(" |"));
            text.append(' ').append(bytes(line)).append(" |");
        }
        return text.toString();
    }

    private Collection<Line> lines() {
        Collection<Line> lines = new LinkedHashSet<>();
        figures.keys().forEach(key -> lines.add(new Line(key.benchmark(), key.kind())));
        return lines;
    }

    private String time(Subject key) {
        double least = figures.nanos(key);
        return Double.isNaN(least) ? "" : number(least) + " (" + number(figures.medianNanos(key)) + ")";
    }

    /** By the number of endpoints, as far as they differ. */
    private String bytes(Line line) {
        Collection<String> bytes = new LinkedHashSet<>();
        for (int size : Group.SIZES) {
            double value = figures.bytes(new Subject(line.benchmark(), line.kind(), size, 1));
            if (!Double.isNaN(value)) {
                bytes.add(String.format(Locale.ROOT, "%,.0f", value));
            }
        }
        return String.join(" / ", bytes);
    }

    private static Subject key(Line line, Column column) {
        return new Subject(line.benchmark(), line.kind(), column.endpoints(), column.threads());
    }

    private static String name(Line line) {
        return line.kind().isEmpty() ? line.benchmark() : line.benchmark() + ", " + line.kind();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
    }
}
