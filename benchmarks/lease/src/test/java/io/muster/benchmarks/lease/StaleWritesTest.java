package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaleWritesTest {
    @ParameterizedTest
    @CsvSource({"AAABBB, 0", "AAABAB, 1", "ABABA, 2", "AAA, 0", "BBB, 0", "'', 0", "BAAA, 3"})
    void countsTheFormerHoldersWritesAfterItsSuccessors(String writers, long stale) {
        assertThat(StaleWrites.after(entries(writers), "A", "B")).isEqualTo(stale);
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "4, 1", "5, 0", "-10, 5"})
    void countsWhatWasBegunAfterAMoment(long moment, long late) {
        assertThat(StaleWrites.begunAfter(entries("AABBA"), moment)).isEqualTo(late);
    }

    @ParameterizedTest
    @CsvSource({"AAABBB, true", "ABAB, true", "AAA, false", "BBB, false", "BAA, false", "'', false"})
    void movedOnlyWhenTheFormerWroteBeforeItsSuccessor(String writers, boolean moved) {
        assertThat(StaleWrites.moved(entries(writers), "A", "B")).isEqualTo(moved);
    }

    /** One entry for each letter, begun at 1, 2, 3. */
    private static List<Entry> entries(String writers) {
        List<String> letters = Arrays.stream(writers.split("", -1))
                .filter(letter -> !letter.isEmpty())
                .toList();
        return IntStream.range(0, letters.size())
                .mapToObj(i -> new Entry(letters.get(i), 1 + i))
                .toList();
    }
}
