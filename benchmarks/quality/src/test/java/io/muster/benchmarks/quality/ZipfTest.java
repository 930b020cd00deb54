package io.muster.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ZipfTest {
    private static final int DRAWS = 200_000;

    @Test
    void theFirstKeyIsTwiceAsPopularAsTheSecond() {
        int[] counts = draw(new Zipf(100, 1), 100);

        assertThat((double) counts[0] / counts[1]).isCloseTo(2, within(0.1));
        assertThat((double) counts[0] / DRAWS).isCloseTo(1 / 5.187, within(0.005));
    }

    @Test
    void withoutSkewAllAreAlike() {
        assertThat(draw(new Zipf(10, 0), 10)).satisfies(counts -> {
            for (int count : counts) {
                assertThat((double) count / DRAWS).isCloseTo(0.1, within(0.005));
            }
        });
    }

    private static int[] draw(Zipf zipf, int keys) {
        Randomness random = new Randomness(1);
        int[] counts = new int[keys];
        for (int i = 0; i < DRAWS; i++) {
            counts[zipf.draw(random)]++;
        }
        return counts;
    }
}
