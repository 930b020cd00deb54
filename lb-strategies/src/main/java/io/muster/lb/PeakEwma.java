package io.muster.lb;

import java.util.concurrent.TimeUnit;

/*
 * Peak-sensitive exponentially weighted moving average [1]. A sample above the average replaces it at once; a lower one
 * pulls it down by 1 - e^(-silence/tau), where silence is the time since the previous sample. So slowness shows with
 * the first slow answer and is forgiven over about tau of continued good ones.
 *
 * The average moves on samples only. The usual form also decays when it is read, which breaks down where a caller
 * sends an endpoint less than a request per tau: the endpoint that was left alone longest decays to nothing and becomes
 * everybody's favourite, slow or not. Here an endpoint that was left alone keeps its figure, is tried again now and then
 * (PowerOfChoices), and after more than tau of silence the first sample replaces what was known.
 *
 * Larger tau: peaks are remembered longer, load follows recovery more slowly. Smaller: one slow answer is soon forgotten,
 * load flaps.
 *
 * [1] Finagle, PeakEwma, https://twitter.github.io/finagle/guide/Clients.html#power-of-two-choices-p2c-least-loaded
 */
final class PeakEwma {
    static final long TAU_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final double TAUS_PER_NANO = 1.0 / TAU_NANOS;
    private static final double SHORT = 0.01;

    private PeakEwma() {}

    /** Whether a history whose last sample is that old counts no more. */
    static boolean isStale(long silenceNanos) {
        return silenceNanos > TAU_NANOS;
    }

    /**
     * The average after a sample.
     *
     * @param known the average before, in nanoseconds; 0 for none
     * @param sample the measured latency in nanoseconds; what is not above 0 counts as 1
     * @param silenceNanos the time since the previous sample; what is below 0 counts as 0
     * @return the average in nanoseconds, at least 1
     */
    static double next(double known, long sample, long silenceNanos) {
        double latency = Math.max(sample, 1);
        if (isStale(silenceNanos)) {
            return latency;
        }
        // By a maximum: whether a sample is above the average, nobody could predict.
        return latency + Math.max(known - latency, 0) * kept(Math.max(silenceNanos, 0) * TAUS_PER_NANO);
    }

    /** e^-x; for the short silences between the requests of a busy endpoint by its series, off by less than x^3/6. */
    private static double kept(double x) {
        return x < SHORT ? 1 - x + x * x / 2 : Math.exp(-x);
    }
}
