package io.muster.benchmarks.gossip;

import io.muster.benchmarks.plot.LineChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sweeps as tables and drawings. */
final class SweepText {
    private static final List<String> COLOURS = List.of("#0969da", "#cf222e", "#1a7f37");

    private SweepText() {}

    static String table(Sweep sweep) {
        StringBuilder text = new StringBuilder();
        text.append("| ").append(sweep.across()).append(" |");
        sweep.pairs()
                .forEach(pair -> text.append(" formula, " + pair.label() + " | simulator, " + pair.label() + " |"));
        text.append("\n|---|").append("---|".repeat(2 * sweep.pairs().size())).append('\n');
        for (int i = 0; i < sweep.places().size(); i++) {
            text.append("| ").append(sweep.places().get(i)).append(" |");
            for (Sweep.Pair pair : sweep.pairs()) {
                text.append(String.format(
                        Locale.ROOT,
                        " %.2f | %.2f |",
                        pair.formula().get(i),
                        pair.simulated().get(i)));
            }
            text.append('\n');
        }
        return text.toString();
    }

    static void draw(Sweep sweep, Path folder) throws IOException {
        List<LineChart.Line> lines = new ArrayList<>();
        for (int i = 0; i < sweep.pairs().size(); i++) {
            Sweep.Pair pair = sweep.pairs().get(i);
            lines.add(new LineChart.Line("simulator, " + pair.label(), pair.simulated(), COLOURS.get(i), false));
            lines.add(new LineChart.Line("formula, " + pair.label(), pair.formula(), COLOURS.get(i), true));
        }
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve(sweep.name() + ".svg"),
                new LineChart(sweep.title(), sweep.across(), sweep.places(), sweep.up(), sweep.top(), lines).svg());
    }
}
