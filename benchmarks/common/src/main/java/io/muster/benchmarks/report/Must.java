package io.muster.benchmarks.report;

import java.util.Locale;

/**
 * What a figure has to be.
 *
 * @param kind on which side of the limit, or that there is none
 * @param limit in the unit of the row; without meaning when there is no limit
 */
public record Must(Kind kind, double limit) {
    /** How a limit binds. */
    public enum Kind {
        /** The measured value must not be larger. */
        AT_MOST,
        /** The measured value must not be smaller. */
        AT_LEAST,
        /** The measured value divided by the rival's must not be larger. */
        RATIO_AT_MOST,
        /** The measured value divided by the rival's must not be smaller. */
        RATIO_AT_LEAST,
        /** Nothing is asked; the figure is told beside the others. */
        NOTHING
    }

    /** The measured value must not be larger than {@code limit}. */
    public static Must atMost(double limit) {
        return new Must(Kind.AT_MOST, limit);
    }

    /** The measured value must not be smaller than {@code limit}. */
    public static Must atLeast(double limit) {
        return new Must(Kind.AT_LEAST, limit);
    }

    /** The measured value must not be larger than {@code limit} times the rival's. */
    public static Must ratioAtMost(double limit) {
        return new Must(Kind.RATIO_AT_MOST, limit);
    }

    /** The measured value must not be smaller than {@code limit} times the rival's. */
    public static Must ratioAtLeast(double limit) {
        return new Must(Kind.RATIO_AT_LEAST, limit);
    }

    /** Nothing is asked. */
    public static Must nothing() {
        return new Must(Kind.NOTHING, 0);
    }

    /** Whether it holds; never when a figure that it needs is missing (NaN). */
    boolean holds(double measured, double ratio) {
        return switch (kind) {
            case AT_MOST -> measured <= limit;
            case AT_LEAST -> measured >= limit;
            case RATIO_AT_MOST -> ratio <= limit;
            case RATIO_AT_LEAST -> ratio >= limit;
            case NOTHING -> true;
        };
    }

    @Override
    public String toString() {
        String number = Row.number(limit);
        return switch (kind) {
            case AT_MOST -> "≤ " + number;
            case AT_LEAST -> "≥ " + number;
            case RATIO_AT_MOST -> String.format(Locale.ROOT, "ratio ≤ %s", number);
            case RATIO_AT_LEAST -> String.format(Locale.ROOT, "ratio ≥ %s", number);
            case NOTHING -> "";
        };
    }
}
