package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharesTest {
    @Test
    void dividesByTheCommonDivisor() {
        assertThat(Shares.of(new double[] {200, 100, 300}).total()).isEqualTo(6);
        assertThat(Shares.of(new double[] {7}).total()).isOne();
        assertThat(Shares.of(new double[] {100, 100}).total()).isEqualTo(2);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void findsThePointThatALinearSearchFinds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            double[] weights = random.doubles(1 + random.nextInt(50))
                    .map(x -> 1 + Math.floor(x * x * 10_000))
                    .toArray();
            Shares shares = Shares.of(weights);
            double unit = java.util.Arrays.stream(weights).sum() / shares.total();
            for (int i = 0; i < 100; i++) {
                int fraction = random.nextInt();
                long point = ((fraction & 0xFFFF_FFFFL) * shares.total()) >>> 32;
                int expected = 0;
                for (double end = weights[0]; Math.round(end / unit) <= point; end += weights[expected]) {
                    expected++;
                }
                assertThat(shares.at(fraction)).isEqualTo(expected);
            }
        }
    }

    @Test
    void endsOfTheLineBelongToTheFirstAndTheLast() {
        Shares shares = Shares.of(new double[] {1, 9_999, 1});

        assertThat(shares.at(0)).isZero();
        assertThat(shares.at(-1)).isEqualTo(2);
    }

    @Test
    void keepsEverybodyOfAVeryLongLine() {
        double[] weights = new double[100_000];
        java.util.Arrays.fill(weights, 9_973);
        weights[7] = 1;
        Shares shares = Shares.of(weights);

        assertThat(shares.total()).isLessThan(1 << 28);
        assertThat(shares.at((int) ((7.0 / 100_000) * 0x1p32) + 1)).isBetween(6, 8);
    }

    @Test
    void weightsThatAreNotWholeKeepTheirProportions() {
        Shares shares = Shares.of(new double[] {0.1, 1, 1});
        int[] counts = new int[3];
        for (int i = 0; i < 21_000; i++) {
            counts[shares.at((int) (long) (i * 0x1p32 / 21_000))]++;
        }

        assertThat(counts[0]).isBetween(990, 1_010);
        assertThat(counts[1]).isBetween(9_980, 10_020);
    }
}
