package io.muster.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Row FAST = Row.of("time", "ms", Must.atMost(50), 12.345);
    private static final Row CHEAP = new Row("cost", "µs", Must.ratioAtMost(0.5), 20, 50);
    private static final Row DEAR = new Row("cost", "µs", Must.ratioAtMost(0.5), 30, 50);
    private static final Row MISSING = Row.of("rate", "1/s", Must.atLeast(5000), Double.NaN);
    private static final Row WITHOUT_RIVAL = Row.of("cost", "µs", Must.ratioAtMost(0.5), 20);

    @Test
    void isOkOnlyWhenNoRowIsShort() {
        assertThat(new Report("r", List.of(FAST, CHEAP), List.of()).ok()).isTrue();
        assertThat(new Report("r", List.of(FAST, DEAR), List.of()).ok()).isFalse();
    }

    @Test
    void aMissingFigureOrRivalIsShort() {
        assertThat(MISSING.verdict()).isEqualTo("SHORT");
        assertThat(WITHOUT_RIVAL.verdict()).isEqualTo("SHORT");
        assertThat(Row.of("time", "ms", Must.atMost(50), Double.POSITIVE_INFINITY)
                        .verdict())
                .isEqualTo("SHORT");
    }

    @Test
    void alignsItsTable() {
        assertThat(new Report("r", List.of(FAST, MISSING), List.of("A note.")).markdown())
                .isEqualTo("""
                        | figure | unit | must    | measured | rival | ratio | verdict |
                        |--------|------|---------|----------|-------|-------|---------|
                        | time   | ms   | ≤ 50    | 12.3     |       |       | ok      |
                        | rate   | 1/s  | ≥ 5,000 |          |       |       | SHORT   |

                        - A note.
                        """);
    }

    @Test
    void writesNumbersAsNumbers() throws IOException {
        JsonNode rows = new ObjectMapper().readTree(new Report("r", List.of(CHEAP, MISSING), List.of()).json());

        assertThat(rows.get(0).fieldNames())
                .toIterable()
                .containsExactly("figure", "unit", "must", "measured", "rival", "ratio", "verdict");
        assertThat(rows.get(0).get("measured").isNumber()).isTrue();
        assertThat(rows.get(0).get("ratio").asDouble()).isEqualTo(0.4);
        assertThat(rows.get(1).get("measured").isNull()).isTrue();
    }
}
