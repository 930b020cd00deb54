package io.muster.benchmarks.report;

import java.util.Locale;

/** Says on the standard output what goes on, with the time since the start. */
public final class Progress {
    private final long start = System.nanoTime();

    /** Says a line, formatted as {@link String#format} does. */
    public void say(String format, Object... arguments) {
        long seconds = (System.nanoTime() - start) / 1_000_000_000L;
        System.out.printf(Locale.ROOT, "%4d s  %s%n", seconds, String.format(Locale.ROOT, format, arguments));
    }
}
