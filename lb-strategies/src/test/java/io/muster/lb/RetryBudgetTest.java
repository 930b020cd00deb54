package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryBudgetTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    @ParameterizedTest
    @CsvSource({"20, 10, 0, 10", "20, 0, 0, 0", "20, 0, 100, 20", "20, 10, 100, 20", "20, 10, 20, 10", "0, 3, 1000, 3"})
    void allowsAShareOfTheCallsAndAtLeastTheFloor(int percent, int floor, int calls, int allowed) {
        RetryBudget budget = new RetryBudget(percent, floor, nanos::get);

        call(budget, calls);

        assertThat(retries(budget)).isEqualTo(allowed);
    }

    @Test
    void renewsTheFloorEachSecond() {
        RetryBudget budget = new RetryBudget(0, 2, nanos::get);
        assertThat(retries(budget)).isEqualTo(2);

        advance(Duration.ofSeconds(1));

        assertThat(retries(budget)).isEqualTo(2);
    }

    @Test
    void countsTheCallsOfTenSeconds() {
        RetryBudget budget = new RetryBudget(20, 0, nanos::get);
        call(budget, 100);
        advance(Duration.ofSeconds(9));
        assertThat(budget.tryRetry()).isTrue();

        advance(Duration.ofSeconds(1));

        assertThat(budget.tryRetry()).isFalse();
    }

    @Test
    void forgetsWhatWasLongAgo() {
        RetryBudget budget = new RetryBudget(20, 0, nanos::get);
        call(budget, 100);

        advance(Duration.ofDays(3));

        assertThat(retries(budget)).isZero();
        call(budget, 10);
        assertThat(retries(budget)).isEqualTo(2);
    }

    private static void call(RetryBudget budget, int calls) {
        for (int i = 0; i < calls; i++) {
            budget.called();
        }
    }

    private static int retries(RetryBudget budget) {
        int allowed = 0;
        while (budget.tryRetry()) {
            allowed++;
        }
        return allowed;
    }

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
