package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeakEwmaTest {
    private static final long SEED = 11;

    @ParameterizedTest
    @CsvSource({
        "0, 500, 0, 500",
        "1000, 5000, 0, 5000",
        "1000, 1000, 5000000000, 1000",
        "1000, 500, 0, 1000",
        "1000, 500, 10000000000, 683.9397",
        "1000, 500, 5000000000, 803.2653",
        "1000, 500, 50000000, 997.5062",
        "1000, 500, 10000000001, 500",
        "1000, 500, -1, 1000",
        "1000, 0, 10000000001, 1",
        "1000, -7, 10000000001, 1",
        "0, 0, 0, 1",
    })
    void movesUpAtOnceAndDownWithTheSilence(double known, long sample, long silence, double expected) {
        assertThat(PeakEwma.next(known, sample, silence)).isCloseTo(expected, within(0.001));
    }

    @Test
    void staysBetweenOneAndTheHighestSampleWhateverComes() {
        SplittableRandom random = new SplittableRandom(SEED);
        double known = 0;
        double highest = 1;
        for (int i = 0; i < 100_000; i++) {
            long sample = random.nextLong() >> random.nextInt(64);
            highest = Math.max(highest, (double) sample);
            known = PeakEwma.next(known, sample, random.nextLong() >> random.nextInt(64));
            assertThat(known).as("seed %s, sample %s", SEED, i).isBetween(1.0, highest);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 4", "3, 8", "6, 64", "7, 64", "100, 64"})
    void everyFailureDoublesThePenaltyUpToTheCap(int failures, double expected) {
        double penalty = Penalty.NONE;
        for (int i = 0; i < failures; i++) {
            penalty = Penalty.afterFailure(penalty);
        }

        assertThat(penalty).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1.9", "64, 57.7"})
    void everySuccessTakesATenthOffThePenalty(double before, double after) {
        assertThat(Penalty.afterSuccess(before)).isCloseTo(after, within(1e-9));
    }
}
