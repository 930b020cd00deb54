package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoardTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Board board(boolean terminal) {
        return new Board(new PrintStream(shown, false, StandardCharsets.UTF_8), terminal);
    }

    private String shown() {
        String text = shown.toString(StandardCharsets.UTF_8);
        shown.reset();
        return text;
    }

    private static Figures figures(long atMillis, int alive) {
        BitSet numbers = new BitSet();
        numbers.set(0, alive);
        return Figures.of(
                List.of(EdgeNode.State.RUNNING, EdgeNode.State.RUNNING),
                List.of(new Sight(0, numbers, Map.of(), 3, Map.of())),
                3,
                atMillis);
    }

    @Test
    void printsALinePerChangeWhereThereIsNoTerminal() {
        Board board = board(false);
        board.draw(figures(1000, 1));
        assertThat(shown()).contains("1.0 s", "1/1/1", "2 run").doesNotContain("\u001b");
        board.draw(figures(2000, 1));
        assertThat(shown()).isEmpty();
        board.draw(figures(3000, 2));
        assertThat(shown().lines()).singleElement().asString().contains("3.0 s", "2/2/2");
    }

    @Test
    void drawsTheTableInPlaceOnATerminal() {
        Board board = board(true);
        board.draw(figures(1000, 2));
        String first = shown();
        assertThat(first).doesNotContain("\u001b").contains("least 2   median 2   most 2");
        board.draw(figures(2000, 2));
        assertThat(shown()).startsWith("\u001b[" + first.lines().count() + "A\u001b[J");
    }

    @Test
    void anEventStandsAboveTheTable() {
        Board board = board(true);
        board.draw(figures(1000, 2));
        shown();
        board.show(new Journal.Entry(1000, "killed 10", "all know", Journal.Outcome.KNOWN, 5900));
        assertThat(shown()).startsWith("\u001b[").endsWith("  6.9 s  >> killed 10: all know after 5.9 s\n");
        board.draw(figures(2000, 2));
        assertThat(shown()).doesNotContain("\u001b");
    }
}
