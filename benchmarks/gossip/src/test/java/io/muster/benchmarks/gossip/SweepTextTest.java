package io.muster.benchmarks.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTextTest {
    private static final Sweep SWEEP = new Sweep(
            "name",
            "title",
            "fanout",
            "seconds",
            2,
            List.of("1", "2"),
            List.of(Sweep.Pair.of("5 % lost", 2, i -> 1.0 + i, i -> 1.5 + i)));

    @Test
    void theTablePutsTheFormulaBesideTheSimulator() {
        assertThat(SweepText.table(SWEEP)).isEqualTo("""
                        | fanout | formula, 5 % lost | simulator, 5 % lost |
                        |---|---|---|
                        | 1 | 1.00 | 1.50 |
                        | 2 | 2.00 | 2.50 |
                        """);
    }

    @Test
    void drawsBoth(@TempDir Path folder) throws Exception {
        SweepText.draw(SWEEP, folder);

        assertThat(Files.readString(folder.resolve("name.svg")))
                .contains("simulator, 5 % lost", "formula, 5 % lost", "stroke-dasharray");
    }
}
