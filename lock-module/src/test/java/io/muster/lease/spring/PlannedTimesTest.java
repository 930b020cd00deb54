package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.scheduling.support.CronTrigger;
import org.springframework.scheduling.support.SimpleTriggerContext;

@Timeout(180)
class PlannedTimesTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private Instant now = NOON;

    @Test
    void aTaskKnowsItsPlannedTimeHoweverLateItRuns() {
        List<@Nullable Instant> seen = new ArrayList<>();
        PlannedTimes.NotingTask task =
                task(seen::add, NOON, NOON.plus(FIVE_MINUTES), NOON.plus(FIVE_MINUTES.multipliedBy(2)));

        ask(task);
        now = NOON.plusMillis(3);
        task.run();
        ask(task);
        now = NOON.plus(Duration.ofMinutes(9));
        task.run();
        ask(task);
        // The clock was set back by a minute.
        now = NOON.plus(Duration.ofMinutes(9));
        task.run();

        assertThat(seen).containsExactly(NOON, NOON.plus(FIVE_MINUTES), NOON.plus(FIVE_MINUTES.multipliedBy(2)));
        assertThat(PlannedTimes.current()).isNull();
    }

    @Test
    void aTaskWhoseTriggerIsAskedBeforeItRunsKnowsItToo() {
        List<@Nullable Instant> seen = new ArrayList<>();
        PlannedTimes.NotingTask task =
                task(seen::add, NOON, NOON.plus(FIVE_MINUTES), NOON.plus(FIVE_MINUTES.multipliedBy(2)));

        ask(task);
        ask(task);
        now = NOON.plusSeconds(100);
        task.run();
        ask(task);
        now = NOON.plus(FIVE_MINUTES);
        task.run();

        assertThat(seen).containsExactly(NOON, NOON.plus(FIVE_MINUTES));
    }

    @Test
    void theNextTimeIsTheTriggers() {
        PlannedTimes.NotingTask task =
                new PlannedTimes.NotingTask(() -> {}, new CronTrigger("0 0 2 * * *", ZoneOffset.UTC), () -> now);
        SimpleTriggerContext context = new SimpleTriggerContext(NOON, NOON, NOON);
        assertThat(task.nextExecution(context)).isEqualTo(Instant.parse("2026-03-02T02:00:00Z"));
    }

    @Test
    void itWorksWithAPoolAndWithAThreadForEachTask() throws Exception {
        ThreadPoolTaskScheduler pool = new ThreadPoolTaskScheduler();
        pool.initialize();
        try {
            runsKnowTheirTimes(pool);
        } finally {
            pool.shutdown();
        }
        try (SimpleAsyncTaskScheduler async = new SimpleAsyncTaskScheduler()) {
            runsKnowTheirTimes(async);
        }
    }

    /** A run. */
    private record Run(@Nullable Instant planned, Instant at) {}

    private static void runsKnowTheirTimes(TaskScheduler scheduler) throws InterruptedException {
        BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
        ScheduledTaskRegistrar registrar = new ScheduledTaskRegistrar();
        registrar.setTaskScheduler(scheduler);
        new PlannedTimes(Instant::now).configureTasks(registrar);
        registrar.addCronTask(() -> runs.add(new Run(PlannedTimes.current(), Instant.now())), "*/2 * * * * *");
        registrar.afterPropertiesSet();
        try {
            // One that a busy machine let start late tells nothing of the interval before.
            for (int onTime = 0; onTime < 2; ) {
                Run run = runs.poll(60, TimeUnit.SECONDS);
                assertThat(run).isNotNull();
                Instant planned = Objects.requireNonNull(run.planned());
                Duration late = Duration.between(planned, run.at());
                assertThat(late).isGreaterThan(Duration.ofMillis(-500));
                assertThat(planned.toEpochMilli() % 2000).isZero();
                onTime += late.compareTo(Duration.ofMillis(1500)) < 0 ? 1 : 0;
            }
        } finally {
            registrar.destroy();
        }
    }

    @Test
    void theTaskKeepsTheNameOfItsScheduler() {
        SchedulingAwareRunnable named = new SchedulingAwareRunnable() {
            @Override
            public void run() {}

            @Override
            public String getQualifier() {
                return "reports";
            }
        };
        PlannedTimes.NotingTask task = new PlannedTimes.NotingTask(named, new CronTrigger("* * * * * *"), () -> now);
        assertThat(task.getQualifier()).isEqualTo("reports");
        assertThat(task.isLongLived()).isFalse();
    }

    private PlannedTimes.NotingTask task(Consumer<@Nullable Instant> seen, Instant... times) {
        Deque<Instant> answers = new ArrayDeque<>(List.of(times));
        return new PlannedTimes.NotingTask(
                () -> seen.accept(PlannedTimes.current()), context -> answers.removeFirst(), () -> now);
    }

    private static void ask(PlannedTimes.NotingTask task) {
        Instant unused = task.nextExecution(new SimpleTriggerContext());
    }
}
