package io.muster.registry.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A scheduler whose time passes when a test says so, on the test's thread. */
public final class VirtualScheduler extends ScheduledThreadPoolExecutor {
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(task -> task.dueNanos));
    private long nowNanos = 1_000_000_000L;

    /** Begins at one second. */
    public VirtualScheduler() {
        super(0);
    }

    /** The time, in nanoseconds. */
    public long nanos() {
        return nowNanos;
    }

    /** Lets time pass, and what is due be run. */
    public void advance(Duration time) {
        long until = nowNanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().dueNanos <= until) {
            Task task = tasks.remove();
            nowNanos = Math.max(nowNanos, task.dueNanos);
            if (!task.isCancelled()) {
                task.body.run();
                task.dueNanos = nowNanos + task.periodNanos;
                tasks.add(task);
            }
        }
        nowNanos = until;
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable body, long initialDelay, long delay, TimeUnit unit) {
        Task task = new Task(body, nowNanos + unit.toNanos(initialDelay), unit.toNanos(delay));
        tasks.add(task);
        return task;
    }

    private static final class Task extends FutureTask<Void> implements RunnableScheduledFuture<Void> {
        private final Runnable body;
        private final long periodNanos;
        private long dueNanos;

        Task(Runnable body, long dueNanos, long periodNanos) {
            super(body, null);
            this.body = body;
            this.dueNanos = dueNanos;
            this.periodNanos = periodNanos;
        }

        @Override
        public boolean isPeriodic() {
            return true;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
