package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EjectionTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1000",
        "1, 0.5, 900",
        "2, 0, 2000",
        "3, 0, 4000",
        "5, 0, 16000",
        "6, 0, 30000",
        "6, 0.5, 27000",
        "7, 0, 30000",
        "1000000, 0, 30000",
    })
    void doublesFromOneSecondToThirtyLessTheJitter(int refusals, double random, long expectedMillis) {
        assertThat(Duration.ofNanos(Ejection.delayNanos(refusals, random)).toMillis())
                .isEqualTo(expectedMillis);
    }
}
