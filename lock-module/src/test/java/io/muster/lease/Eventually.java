package io.muster.lease;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a state that nothing tells of. */
public final class Eventually {
    private static final Duration AT_MOST = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 1_000_000;

    private Eventually() {}

    /**
     * Looks until a condition is true, also on a thread that is interrupted meanwhile.
     *
     * @param what is waited for, as in "nobody holds it"
     * @throws AssertionError if it is still false after 60 seconds
     */
    public static void holds(String what, Callable<Boolean> condition) throws Exception {
        long begin = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - begin > AT_MOST.toNanos()) {
                throw new AssertionError("within " + AT_MOST + " it did not come to this: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
