package io.muster.samples.demo;

import java.util.Locale;

/**
 * When the turning points happened, in {@link System#nanoTime()}; 0 for not yet. Each is written by one thread.
 */
final class Moments {
    volatile long started;
    volatile long killed;
    volatile long out;
    volatile long down;
    volatile long added;
    volatile long up;

    /** The time between two moments for people; {@code "not seen"} when one of them did not come. */
    static String between(long from, long to) {
        if (from == 0 || to == 0) {
            return "not seen";
        }
        double millis = Math.max(0, to - from) / 1e6;
        return millis < 1000
                ? String.format(Locale.ROOT, "%.0f ms", millis)
                : String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }

    long secondsSinceStart() {
        return started == 0 ? 0 : (System.nanoTime() - started) / 1_000_000_000L;
    }
}
