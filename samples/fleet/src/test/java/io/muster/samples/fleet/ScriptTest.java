package io.muster.samples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole script with twenty real nodes, without its pauses. */
@Timeout(600)
class ScriptTest {
    private static final int NODES = 20;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final Journal journal = new Journal();

    @Test
    void allComeToKnowOfEverythingAndAgree() throws InterruptedException {
        Figures last = play(Duration.ofSeconds(90), true);
        assertThat(journal.entries())
                .extracting(Journal.Entry::what)
                .containsExactly(
                        "started 20",
                        "killed 1",
                        "paused 1",
                        "woke 1",
                        "cut off 2",
                        "healed the cut",
                        "restarted 1",
                        "telemetry stands still");
        assertThat(journal.entries()).allMatch(entry -> entry.outcome() == Journal.Outcome.KNOWN);
        assertThat(last.alive().least()).isEqualTo(NODES);
        assertThat(last.views()).containsExactly(NODES);
        assertThat(last.settings()).containsExactly(NODES);
        assertThat(last.handled().least()).isPositive().isEqualTo(last.handled().most());
        assertThat(last.age().median()).isPositive();
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains(">> killed 1: all know after", "all 20")
                .doesNotContain("\u001b");
    }

    @Test
    void saysWhatNotAllCameToKnow() throws InterruptedException {
        play(Duration.ZERO, false);
        assertThat(journal.entries()).extracting(Journal.Entry::outcome).contains(Journal.Outcome.MISSED);
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains(">> killed 1: NOT so that all know");
    }

    private Figures play(Duration limit, boolean well) throws InterruptedException {
        long origin = System.nanoTime();
        LongSupplier clock = () -> (System.nanoTime() - origin) / 1_000_000;
        Board board = new Board(new PrintStream(shown, false, StandardCharsets.UTF_8), false);
        Ledger ledger = new Ledger(NODES);
        try (Fleet fleet = new Fleet(NODES, EdgeFleet.FAST, clock)) {
            Telemetry telemetry = new Telemetry(fleet, Duration.ofSeconds(1), ledger, clock, new Random(1));
            Script script = new Script(fleet, ledger, telemetry, journal, board, clock, 0, limit);
            assertThat(script.play()).as("whether all came to know").isEqualTo(well);
            return script.latest();
        }
    }
}
