package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class IntakeTest {
    private final Intake<Integer> intake = new Intake<>();
    private final List<Integer> taken = new ArrayList<>();

    @Test
    void aLoopWithoutATimerIsWoken() {
        assertThat(intake.add(1, 100)).isTrue();
        intake.takeOut(taken::add);
        assertThat(intake.add(2, 100)).isTrue();
    }

    @Test
    void aLoopIsWokenWhenItsTimerWouldComeTooLateAlone() {
        intake.timerSet(100);
        assertThat(intake.add(1, 100)).isFalse();
        assertThat(intake.add(2, 99)).isTrue();
        intake.takeOut(taken::add);
        assertThat(taken).containsExactly(1, 2);
    }

    @Test
    void theTickerMayWrap() {
        intake.timerSet(Long.MIN_VALUE + 10);
        assertThat(intake.add(1, Long.MAX_VALUE - 10)).isTrue();
        intake.timerSet(Long.MAX_VALUE - 10);
        assertThat(intake.add(2, Long.MIN_VALUE + 10)).isFalse();
    }

    @Test
    void muchWakesHoweverLateItIsNeeded() {
        intake.timerSet(0);
        assertThat(IntStream.range(0, 640).filter(i -> intake.add(i, 1)).count())
                .isEqualTo(10);
    }

    /** The timer is set at times for before what is added, when it fires at once, and at times for after it. */
    @Test
    void nothingIsOverlookedWhileTheTimerIsSet() throws Exception {
        int each = 200_000;
        Semaphore wakes = new Semaphore(0);
        List<Thread> adding = List.of(adding(each, wakes), adding(each, wakes));
        adding.forEach(Thread::start);
        for (int turn = 0; taken.size() < each * adding.size(); turn++) {
            intake.takeOut(taken::add);
            boolean late = turn % 3 != 0;
            intake.timerSet(late ? 10 : 0);
            if (late && taken.size() < each * adding.size()) {
                wakes.acquire();
            }
        }
        for (Thread thread : adding) {
            thread.join();
        }
        assertThat(taken).hasSize(each * adding.size());
    }

    private Thread adding(int count, Semaphore wakes) {
        return new Thread(() -> {
            for (int i = 0; i < count; i++) {
                if (intake.add(i, 5)) {
                    wakes.release();
                }
            }
        });
    }
}
