package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    @ParameterizedTest
    @CsvSource({
        "100, 1000, 0, 100",
        "100, 1000, 1, 200",
        "100, 1000, 3, 800",
        "100, 1000, 4, 1000",
        "100, 1000, 40, 1000",
        "100, 1000, 64, 1000",
        "1, 9223372036854775807, 62, 4611686018427387904",
        "1, 9223372036854775806, 63, 9223372036854775806",
        "1000, 1000, 0, 1000"
    })
    void doublesTheBoundUpToTheLargest(long initial, long max, int failures, long bound) {
        assertThat(Backoff.boundNanos(initial, max, failures)).isEqualTo(bound);
    }

    @Test
    void waitsAnywhereBetweenZeroAndTheBound() {
        Backoff backoff = new Backoff(100, 1000, new Random(1));
        long largest = 0;
        long smallest = Long.MAX_VALUE;
        for (int i = 0; i < 1000; i++) {
            long wait = backoff.nextNanos();
            assertThat(wait).isBetween(0L, Backoff.boundNanos(100, 1000, i));
            largest = Math.max(largest, wait);
            smallest = Math.min(smallest, wait);
        }
        assertThat(largest).isGreaterThan(900);
        assertThat(smallest).isLessThan(100);
    }

    @Test
    void startsAnewAfterASuccess() {
        Backoff backoff = new Backoff(100, 1_000_000, new Random(1));
        for (int i = 0; i < 50; i++) {
            backoff.nextNanos();
        }
        backoff.reset();
        assertThat(backoff.nextNanos()).isLessThanOrEqualTo(100);
    }
}
