package io.muster.benchmarks.report;

import java.util.Arrays;

/** A set of measured times, exact to the nanosecond. Not thread-safe. */
public final class Latencies {
    private long[] nanos = new long[1024];
    private int size;

    /** Adds a time; {@link Long#MAX_VALUE} stands for one that never came. */
    public void add(long value) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = value;
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** The smallest time that at least the share {@code quantile} does not exceed, in ms; NaN when there are none. */
    public double millis(double quantile) {
        if (size == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        long value = sorted[Math.max(0, (int) Math.ceil(quantile * size) - 1)];
        return value == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : value / 1e6;
    }

    /** The median of a few figures; NaN when there are none. */
    public static double median(double... figures) {
        if (figures.length == 0) {
            return Double.NaN;
        }
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
