package io.muster.lease.spring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.TriggerContext;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/**
 * Lets a scheduled task know for which time it was planned. Spring tells it to nobody, and it cannot be computed from the time
 * at which the task runs: that is later by as long as a thread had to be waited for, or a little early.
 *
 * <p>It stands before the registrar's scheduler and notes what the trigger answers. A scheduler that waits for the task's end
 * asks the trigger again after it; one that starts a thread for each task asks before it, and then the last answer is the
 * next run's. So of the last two answers the nearer one counts.
 */
final class PlannedTimes implements SchedulingConfigurer, Ordered {
    private static final ThreadLocal<@Nullable Instant> PLANNED = new ThreadLocal<>();

    private final Supplier<Instant> now;

    /** @param now the time of day */
    PlannedTimes(Supplier<Instant> now) {
        this.now = now;
    }

    /** The planned time of the triggered task in which the current thread is; null outside of one. */
    static @Nullable Instant current() {
        return PLANNED.get();
    }

    /** Last, so that a scheduler that another configurer sets is seen. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        TaskScheduler scheduler = registrar.getScheduler();
        if (scheduler != null) {
            registrar.setTaskScheduler(new Noting(scheduler, now));
        }
    }

    /** A task that notes its trigger's answers. */
    static final class NotingTask implements SchedulingAwareRunnable, Trigger {
        private final Runnable task;
        private final Trigger trigger;
        private final Supplier<Instant> now;
        private @Nullable Instant former;
        private @Nullable Instant last;

        NotingTask(Runnable task, Trigger trigger, Supplier<Instant> now) {
            this.task = task;
            this.trigger = trigger;
            this.now = now;
        }

        @Override
        public @Nullable Instant nextExecution(TriggerContext context) {
            Instant next = trigger.nextExecution(context);
            note(next);
            return next;
        }

        @Override
        public void run() {
            Instant before = PLANNED.get();
            PLANNED.set(planned());
            try {
                task.run();
            } finally {
                if (before == null) {
                    PLANNED.remove();
                } else {
                    PLANNED.set(before);
                }
            }
        }

        @Override
        public boolean isLongLived() {
            return task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
        }

        @Override
        public @Nullable String getQualifier() {
            return task instanceof SchedulingAwareRunnable aware ? aware.getQualifier() : null;
        }

        @Override
        public String toString() {
            return task.toString();
        }

        private synchronized void note(@Nullable Instant next) {
            former = last;
            last = next;
        }

        private synchronized @Nullable Instant planned() {
            if (former == null || last == null) {
                return last == null ? former : last;
            }
            Instant middle = former.plus(Duration.between(former, last).dividedBy(2));
            return now.get().isBefore(middle) ? former : last;
        }
    }

    /** Passes all on; what has a trigger notes its answers. */
    private record Noting(TaskScheduler scheduler, Supplier<Instant> now) implements TaskScheduler {
        @Override
        public Clock getClock() {
            return scheduler.getClock();
        }

        @Override
        public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
            NotingTask noting = new NotingTask(task, trigger, now);
            return scheduler.schedule(noting, noting);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
            return scheduler.schedule(task, startTime);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
            return scheduler.scheduleAtFixedRate(task, startTime, period);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
            return scheduler.scheduleAtFixedRate(task, period);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
            return scheduler.scheduleWithFixedDelay(task, startTime, delay);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
            return scheduler.scheduleWithFixedDelay(task, delay);
        }
    }
}
