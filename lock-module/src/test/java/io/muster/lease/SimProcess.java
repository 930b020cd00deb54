package io.muster.lease;

import io.muster.lease.SimWorld.Mutation;
import java.util.UUID;

/** A process with a clock of its own rate, that can be paused and killed. One object is one run of the process. */
final class SimProcess {
    static final long MAX_WORKER_WAIT = SimWorld.millis(20);

    final int id;
    final SimWorld world;
    private final double rate;
    private final long origin;
    private final long born;
    private long pausedUntil;
    private boolean alive = true;

    SimProcess(int id, SimWorld world, double rate) {
        this.id = id;
        this.world = world;
        this.rate = rate;
        this.origin = world.random.nextLong(Long.MAX_VALUE);
        this.born = world.now();
        this.pausedUntil = born;
    }

    /** Its monotonic clock, which wraps in some runs and goes on while it is paused. */
    long nanoTime() {
        return nanoTime(world.now());
    }

    private long nanoTime(long trueTime) {
        return origin + (long) ((trueTime - born) * rate);
    }

    /** Of its clock, against true time. */
    double rate() {
        return rate;
    }

    boolean alive() {
        return alive;
    }

    boolean paused() {
        return world.now() < pausedUntil;
    }

    /** When it last came back from a pause, by its own clock. */
    long resumedAt() {
        return nanoTime(pausedUntil);
    }

    void kill() {
        alive = false;
    }

    void pause(long nanos) {
        pausedUntil = Math.max(pausedUntil, world.now() + nanos);
    }

    /** Does something in this process after a delay of its clock; later when it is paused, never when it is dead. */
    void in(long delay, Runnable task) {
        world.in((long) Math.ceil(Math.max(0, delay) / rate) + 1, () -> run(task));
    }

    private void run(Runnable task) {
        if (paused()) {
            world.at(pausedUntil, () -> run(task));
        } else if (alive) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // As a thread's loop: the task ends, the loop does not.
                world.trace("p" + id + " a task ended with " + e);
            }
        }
    }

    Loop loop() {
        return new Loop() {
            @Override
            public boolean execute(Runnable task) {
                in(0, task);
                return true;
            }

            @Override
            public Timer schedule(long delayNanos, Runnable task) {
                boolean[] cancelled = {false};
                in(delayNanos, () -> {
                    if (!cancelled[0]) {
                        task.run();
                    }
                });
                return () -> cancelled[0] = true;
            }
        };
    }

    Parts parts() {
        Parts.Shield off = task -> {
            task.run();
            return null;
        };
        return new Parts(
                this::nanoTime,
                loop(),
                loop(),
                loop(),
                task -> in(world.upTo(MAX_WORKER_WAIT), task),
                world.random,
                () -> new UUID(world.random.nextLong(), world.random.nextLong()),
                world.mutation == Mutation.NO_CATCH_ALL ? off : Parts.Shield::catchAll,
                () -> world.violated("p" + id + " was to be halted"),
                () -> {});
    }
}
