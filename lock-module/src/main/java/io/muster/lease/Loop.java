package io.muster.lease;

/** Runs tasks one after the other. State that belongs to a loop needs no locks. A task that throws ends only itself. */
interface Loop {
    /** Runs the task soon; answers false when the loop has ended and it never will. */
    boolean execute(Runnable task);

    /** Runs the task after that long, or never when the loop has ended. */
    Timer schedule(long delayNanos, Runnable task);

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timer {
        /** Forgets the task, unless it has begun. */
        void cancel();
    }
}
