package io.muster.benchmarks.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChangeTimesTest {
    private static final long MILLI = 1_000_000;

    private final ChangeTimes times = new ChangeTimes();

    @Test
    void countsFromTheAnswerToTheLastWatcher() {
        int weight = times.next(2, true);
        times.answered(weight, 100 * MILLI);
        times.seen(weight, 7, 130 * MILLI);
        times.seen(weight, 8, 110 * MILLI);
        times.seen(weight, 7, 900 * MILLI);

        assertThat(times.toLastWatcher().millis(1)).isEqualTo(30);
        assertThat(times.toWatchers().millis(0.5)).isEqualTo(10);
        assertThat(times.incomplete()).isZero();
    }

    @Test
    void aWatcherFasterThanTheAnswerCountsAsZero() {
        int weight = times.next(1, true);
        times.seen(weight, 1, 90 * MILLI);
        times.answered(weight, 100 * MILLI);

        assertThat(times.toLastWatcher().millis(1)).isZero();
    }

    @Test
    void aChangeThatSomebodyMissedNeverArrives() {
        int weight = times.next(2, true);
        times.answered(weight, 100 * MILLI);
        times.seen(weight, 1, 110 * MILLI);

        assertThat(times.toLastWatcher().millis(0.5)).isInfinite();
        assertThat(times.incomplete()).isEqualTo(1);
    }

    @Test
    void changesOfTheWarmUpDoNotCount() {
        times.answered(times.next(1, false), 100 * MILLI);

        assertThat(times.toLastWatcher().size()).isZero();
        assertThat(times.incomplete()).isZero();
    }

    @Test
    void weightsThatWereNotSetAreNobodysChange() {
        times.seen(100, 1, MILLI);
        times.seen(ChangeTimes.FIRST_WEIGHT, 1, MILLI);

        assertThat(times.toLastWatcher().size()).isZero();
    }
}
