package io.muster.samples.demo;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Shows which instance serves how much: a table that is drawn again in place on a terminal, one line per second elsewhere.
 * Events stand above it.
 */
final class Board {
    private static final int BAR = 40;

    private final PrintStream out;
    private final boolean terminal;
    private final Map<Integer, String> instances = new LinkedHashMap<>();
    private final Map<Integer, Integer> lastServed = new LinkedHashMap<>();
    private int lastSent;
    private int lastFailed;
    private int drawn;
    private int lines;

    Board(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Names what an instance is now, such as {@code "serving"}. */
    synchronized void instance(int port, String state) {
        instances.put(port, state);
    }

    /** What was sent and served before is not shown. */
    synchronized void begin(OrderLoad load) {
        lastSent = load.sent();
        lastFailed = load.failed();
        var unusedCounts = servedSinceLast(load);
        var unusedTimes = load.recentLatencies();
    }

    synchronized void event(String text) {
        erase();
        out.println("   " + text);
        out.flush();
    }

    synchronized void event(long seconds, String text) {
        erase();
        out.printf(Locale.ROOT, "%3d s  >> %s%n", seconds, text);
        out.flush();
        lines = 0;
    }

    /** Draws what happened since the last time. */
    synchronized void draw(long seconds, OrderLoad load) {
        erase();
        int sent = load.sent();
        int failed = load.failed();
        OrderLoad.Latencies latencies = load.recentLatencies();
        double median = latencies.millis(0.5);
        double slow = latencies.millis(0.99);
        Map<Integer, Integer> served = servedSinceLast(load);
        if (terminal) {
            table(seconds, load, sent - lastSent, median, slow, served);
        } else {
            line(seconds, sent - lastSent, failed - lastFailed, median, slow, served);
        }
        out.flush();
        lastSent = sent;
        lastFailed = failed;
    }

    private Map<Integer, Integer> servedSinceLast(OrderLoad load) {
        Map<Integer, Integer> served = new LinkedHashMap<>();
        for (int port : instances.keySet()) {
            int total = load.servedBy(port);
            served.put(port, total - lastServed.getOrDefault(port, 0));
            lastServed.put(port, total);
        }
        return served;
    }

    private void table(
            long seconds, OrderLoad load, int rate, double median, double slow, Map<Integer, Integer> served) {
        out.printf(
                Locale.ROOT,
                "%3d s   %d orders/s   %d sent   %d not 2xx   half within %.0f ms, 99 %% within %.0f ms%n",
                seconds,
                rate,
                load.sent(),
                load.failed(),
                median,
                slow);
        instances.forEach((port, state) -> {
            int count = served.getOrDefault(port, 0);
            int width = rate == 0 ? 0 : Math.min(BAR, count * BAR / rate);
            out.printf(Locale.ROOT, "   inventory :%d  %-10s %4d/s  %s%n", port, state, count, "█".repeat(width));
        });
        drawn = 1 + instances.size();
    }

    private void line(long seconds, int rate, int failed, double median, double slow, Map<Integer, Integer> served) {
        if (lines++ % 15 == 0) {
            out.printf("%n  time  orders/s  not 2xx    p50 ms  p99 ms   orders/s priced by%n");
        }
        StringBuilder by = new StringBuilder();
        served.forEach((port, count) ->
                by.append(String.format(Locale.ROOT, "  :%d %-5s", port, count == 0 ? "-" : count.toString())));
        out.printf(Locale.ROOT, "%4d s  %8d  %7d  %8.1f  %6.1f  %s%n", seconds, rate, failed, median, slow, by);
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\u001b[J");
            drawn = 0;
        }
    }
}
