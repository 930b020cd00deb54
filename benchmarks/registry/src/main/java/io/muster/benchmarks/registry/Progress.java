package io.muster.benchmarks.registry;

import java.util.Locale;

/** Says on the standard output what goes on, with the time since the start. */
final class Progress {
    private final long start = System.nanoTime();

    void say(String format, Object... arguments) {
        long seconds = (System.nanoTime() - start) / 1_000_000_000L;
        System.out.printf(Locale.ROOT, "%4d s  %s%n", seconds, String.format(Locale.ROOT, format, arguments));
    }
}
