package io.muster.benchmarks.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.benchmarks.calls.Trace.Entry;
import io.muster.benchmarks.calls.Trace.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservationsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int DEAD = 8081;
    private static final int OTHER = 8082;

    @Test
    void sparesNoWriteThatBeganBeforeAnybodyHeardOfTheDeath() {
        Observations seen = of(
                entry(Kind.POST_FAILED, DEAD, 90, 130),
                entry(Kind.POST_FAILED, DEAD, 110, 140),
                entry(Kind.POST_FAILED, DEAD, 131, 150));

        assertThat(seen.unsparedWrites(DEAD, 100)).isEqualTo(2);
    }

    @Test
    void countsNoReadAndNobodyElsesFailureAsUnspared() {
        Observations seen = of(
                entry(Kind.GET_FAILED, DEAD, 90, 130),
                entry(Kind.POST_FAILED, OTHER, 90, 130),
                entry(Kind.POST, DEAD, 80, 120),
                entry(Kind.POST_FAILED, DEAD, 50, 99));

        assertThat(seen.unsparedWrites(DEAD, 100)).isZero();
        assertThat(seen.failed(100, 200)).isEqualTo(2);
    }

    @Test
    void aDeathThatNobodyHearsOfExcusesOneSecondAlone() {
        Observations seen = of(
                entry(Kind.POST_FAILED, DEAD, SECOND, 9 * SECOND),
                entry(Kind.POST_FAILED, DEAD, SECOND + 101, 9 * SECOND));

        assertThat(seen.unsparedWrites(DEAD, 100)).isEqualTo(1);
    }

    @Test
    void countsWhatWasUnderWayInATime() {
        Observations seen = of(
                entry(Kind.GET_FAILED, OTHER, 10, 100),
                entry(Kind.POST_FAILED, OTHER, 150, 260),
                entry(Kind.GET, OTHER, 110, 120),
                entry(Kind.POST_FAILED, OTHER, 201, 300),
                entry(Kind.GET_FAILED, OTHER, 10, 99),
                entry(Kind.PICK, OTHER, 110, 110));

        assertThat(seen.failed(100, 200)).isEqualTo(2);
        assertThat(seen.failedReads(100, 200)).isEqualTo(1);
        assertThat(seen.requests(100, 200)).isEqualTo(3);
    }

    @Test
    void findsLooksThatMissedAnInstance() {
        Observations seen = of(
                entry(Kind.VIEW, 0b111, 110, 110),
                entry(Kind.VIEW, 0b101, 120, 120),
                entry(Kind.VIEW, 0b011, 130, 130));

        assertThat(seen.views(100, 200)).isEqualTo(3);
        assertThat(seen.viewsWithout(0b111, 100, 200)).isEqualTo(2);
        assertThat(seen.viewsWithout(0b001, 100, 200)).isZero();
    }

    @Test
    void tellsWhenAPickerLastChoseAPortAndMissesNoClient() {
        Observations seen = of(
                new Entry(Kind.PICK, 0, DEAD, 110, 110),
                new Entry(Kind.PICK, 0, DEAD, 140, 140),
                new Entry(Kind.PICK, 1, OTHER, 150, 150),
                new Entry(Kind.PICK, 1, DEAD, 99, 99));

        assertThat(seen.lastPicks(DEAD, 2, 100, 200)).containsEntry(0, 40L).containsEntry(1, 0L);
        assertThat(seen.firstPicks(OTHER, 100, 200))
                .containsEntry(0, Long.MAX_VALUE)
                .containsEntry(1, 50L);
        assertThatThrownBy(() -> seen.lastPicks(DEAD, 3, 100, 200)).hasMessageContaining("not of 3");
    }

    private static Observations of(Entry... entries) {
        return new Observations(List.of(entries));
    }

    private static Entry entry(Kind kind, int value, long start, long end) {
        return new Entry(kind, 0, value, start, end);
    }
}
