package io.muster.benchmarks.lease;

import java.util.List;

/** Counts what a resource took from a holder whose time was over. */
final class StaleWrites {
    private StaleWrites() {}

    /**
     * The entries of the former holder that the resource took after one of its successor: each of them is written on what the
     * successor has changed meanwhile.
     *
     * @param entries in the order in which the resource took them
     */
    static long after(List<Entry> entries, String former, String successor) {
        return entries.stream()
                .dropWhile(entry -> !entry.writer().equals(successor))
                .filter(entry -> entry.writer().equals(former))
                .count();
    }

    /** Whether the former holder wrote first and its successor after it; without that nothing was tried. */
    static boolean moved(List<Entry> entries, String former, String successor) {
        return !entries.isEmpty()
                && entries.get(0).writer().equals(former)
                && entries.stream().anyMatch(entry -> entry.writer().equals(successor));
    }

    /** The entries of one writer. */
    static long of(List<Entry> entries, String writer) {
        return entries.stream().filter(entry -> entry.writer().equals(writer)).count();
    }

    /** The entries that were begun after a moment, nanoseconds of the machine's monotonic clock. */
    static long begunAfter(List<Entry> entries, long moment) {
        return entries.stream().filter(entry -> entry.begun() - moment > 0).count();
    }
}
