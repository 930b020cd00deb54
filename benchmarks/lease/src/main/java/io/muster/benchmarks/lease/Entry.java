package io.muster.benchmarks.lease;

/**
 * A write to what a lease protects.
 *
 * @param writer the process that wrote
 * @param begun when it began to, nanoseconds of the machine's monotonic clock
 */
record Entry(String writer, long begun) {
    private static final char SEPARATOR = ' ';

    /** As a text, for Redis. */
    String text() {
        return writer + SEPARATOR + begun;
    }

    static Entry parse(String text) {
        int separator = text.indexOf(SEPARATOR);
        return new Entry(text.substring(0, separator), Long.parseLong(text.substring(separator + 1)));
    }
}
