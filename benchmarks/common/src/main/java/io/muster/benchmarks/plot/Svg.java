package io.muster.benchmarks.plot;

import java.util.Locale;

/*
 * A drawing as SVG text. Written by hand rather than by a chart library, so that the same figures give the same bytes on every machine: the libraries
 * measure text with the machine's fonts, name parts at random, and draw letters as outlines. Text stays text here.
 */
final class Svg {
    private static final String STYLE = """
            <style>
            text { font-family: system-ui, sans-serif; font-size: 12px; fill: #24292f; }
            .title { font-size: 14px; font-weight: 600; }
            .faint { fill: #57606a; }
            .rule { stroke: #d0d7de; stroke-width: 1; }
            .axis { stroke: #57606a; stroke-width: 1; }
            </style>
            """;

    private final StringBuilder parts = new StringBuilder();
    private final int width;
    private final int height;

    Svg(int width, int height) {
        this.width = width;
        this.height = height;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">",
                width, height, width, height);
        parts.append(STYLE);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** @param anchor {@code start}, {@code middle} or {@code end} */
    void text(double x, double y, String anchor, String style, String text) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>",
                x, y, anchor, style, escaped(text));
    }

    void line(double x1, double y1, double x2, double y2, String style) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>", x1, y1, x2, y2, style);
    }

    void bar(double x, double y, double barWidth, double barHeight, String colour) {
        add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\"/>",
                x, y, barWidth, barHeight, colour);
    }

    /** @param points x and y in turn */
    void path(double[] points, String colour, boolean dashed) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < points.length; i += 2) {
            text.append(String.format(Locale.ROOT, i == 0 ? "%.1f,%.1f" : " %.1f,%.1f", points[i], points[i + 1]));
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
                text, colour, dashed ? " stroke-dasharray=\"5 4\"" : "");
    }

    void dot(double x, double y, String colour) {
        add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x, y, colour);
    }

    private void add(String format, Object... arguments) {
        parts.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public String toString() {
        return parts + "</svg>\n";
    }
}
