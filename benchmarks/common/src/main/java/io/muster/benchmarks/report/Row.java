package io.muster.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * A figure of a benchmark.
 *
 * @param figure what it is, in the words of what is asked
 * @param unit of the measured value and the rival's
 * @param must what it has to be
 * @param measured our value; NaN when it could not be measured
 * @param rival the rival's value in the same run; NaN when there is none
 */
public record Row(String figure, String unit, Must must, double measured, double rival) {
    /** A figure without a rival. */
    public static Row of(String figure, String unit, Must must, double measured) {
        return new Row(figure, unit, must, measured, Double.NaN);
    }

    /** Our value divided by the rival's; NaN when one is missing. */
    public double ratio() {
        return measured / rival;
    }

    /** Whether the row holds what it must; a figure that is asked for and missing does not. */
    public boolean ok() {
        return must.holds(measured, ratio());
    }

    /** {@code "ok"} or {@code "SHORT"}. */
    public String verdict() {
        return ok() ? "ok" : "SHORT";
    }

    /** A number for people: three significant digits, or all of the whole part; empty for NaN. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        if (Double.isInfinite(value)) {
            return "∞";
        }
        if (Math.abs(value) >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        return new BigDecimal(value)
                .round(new MathContext(3))
                .stripTrailingZeros()
                .toPlainString();
    }
}
