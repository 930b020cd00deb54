package io.muster.benchmarks.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.benchmarks.plot.BarChart.Bar;
import io.muster.benchmarks.plot.BarChart.Kind;
import io.muster.benchmarks.plot.LineChart.Line;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ChartTest {
    @Test
    void barsAreAsLongAsTheirFigures() throws Exception {
        BarChart chart = new BarChart(
                "a < b & c",
                "unit",
                List.of(
                        new Bar("one", 1, Kind.PLAIN, false),
                        new Bar("two", 2, Kind.DEFAULT, false),
                        new Bar("endless", 9, Kind.REFERENCE, true)));

        Document svg = parse(chart.svg());

        assertThat(length(svg, 2)).isEqualTo(2 * length(svg, 1));
        assertThat(length(svg, 3)).isEqualTo(length(svg, 2));
        assertThat(chart.svg()).contains("a &lt; b &amp; c", "grows for ever");
    }

    @Test
    void aLineEndsWhereItLeavesTheChart() throws Exception {
        LineChart chart = new LineChart(
                "title",
                "across",
                List.of("1", "2", "3", "4"),
                "up",
                10,
                List.of(
                        new Line("inside", List.of(1.0, 2.0, 3.0, 4.0), "#000000", false),
                        new Line("beyond", List.of(1.0, 20.0, 30.0, 40.0), "#000000", true)));

        Document svg = parse(chart.svg());

        assertThat(points(svg, 0)).isEqualTo(2);
        assertThat(points(svg, 1)).isEqualTo(4);
    }

    private static int points(Document svg, int line) {
        return svg.getElementsByTagName("polyline")
                .item(line)
                .getAttributes()
                .getNamedItem("points")
                .getTextContent()
                .split(" ")
                .length;
    }

    private static double length(Document svg, int rectangle) {
        return Double.parseDouble(svg.getElementsByTagName("rect")
                .item(rectangle)
                .getAttributes()
                .getNamedItem("width")
                .getTextContent());
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
