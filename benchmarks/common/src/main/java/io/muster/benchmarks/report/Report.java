package io.muster.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of a benchmark: its rows, and notes on how they were measured.
 *
 * @param name the benchmark's name
 * @param rows in the order in which they are shown
 * @param notes sentences below the table
 */
public record Report(String name, List<Row> rows, List<String> notes) {
    private static final List<String> HEADINGS =
            List.of("figure", "unit", "must", "measured", "rival", "ratio", "verdict");

    /** Copies the lists. */
    public Report {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /** Whether no row is SHORT. */
    public boolean ok() {
        return rows.stream().allMatch(Row::ok);
    }

    /** The table as Markdown, its columns aligned. */
    public String markdown() {
        List<List<String>> table = new ArrayList<>();
        table.add(HEADINGS);
        rows.forEach(row -> table.add(List.of(
                row.figure(),
                row.unit(),
                row.must().toString(),
                Row.number(row.measured()),
                Row.number(row.rival()),
                Row.number(row.ratio()),
                row.verdict())));
        int[] widths = new int[HEADINGS.size()];
        for (List<String> line : table) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < table.size(); i++) {
            line(text, table.get(i), widths, " ");
            if (i == 0) {
                line(text, HEADINGS.stream().map(heading -> "").toList(), widths, "-");
            }
        }
        text.append('\n');
        notes.forEach(note -> text.append("- ").append(note).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells, int[] widths, String fill) {
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            text.append('|').append(fill).append(cell).append(fill.repeat(widths[i] - cell.length() + 1));
        }
        text.append("|\n");
    }

    /** The rows as JSON: an array of objects with the table's headings as keys; a missing number is null. */
    public String json() throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ArrayNode array = mapper.createArrayNode();
        for (Row row : rows) {
            ObjectNode object = array.addObject();
            object.put("figure", row.figure());
            object.put("unit", row.unit());
            object.put("must", row.must().toString());
            object.put("measured", number(row.measured()));
            object.put("rival", number(row.rival()));
            object.put("ratio", number(row.ratio()));
            object.put("verdict", row.verdict());
        }
        return mapper.writeValueAsString(array) + "\n";
    }

    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }

    /** Writes {@code NAME.md} and {@code NAME.json} into a folder. */
    public void save(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name + ".md"), markdown());
        Files.writeString(folder.resolve(name + ".json"), json());
    }
}
