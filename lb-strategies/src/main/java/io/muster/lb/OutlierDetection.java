package io.muster.lb;

import java.time.Duration;

/**
 * Takes endpoints out of the rotation that fail much more than the others, for a time that grows with every repetition. After Envoy's
 * outlier detection and gRPC's (proposal A50). What it decides is a guess: so never more than {@code maxEjectedPercent}
 * of the endpoints are out because of it, one at least, and when fewer than {@code panicPercent} would be left, all are used.
 *
 * @param enabled whether it is on
 * @param consecutiveFailures failures in a row that take an endpoint out at once, 1 to 1000; 0 for never
 * @param interval how often the shares of failures are looked at, 100 ms to 10 min
 * @param failurePercent share of failed requests in an interval that takes an endpoint out, 1 to 100; 0 for never
 * @param deviations how many standard deviations below the mean an endpoint's share of successes takes it out, in tenths,
 *     1 to 100; 0 for never. Among fewer than five endpoints no share can be that far from the mean
 * @param minRequests requests that an endpoint must have had in an interval for its shares to count, 1 to 1,000,000
 * @param ejection how long the first ejection lasts, 100 ms to 1 h; the n-th in succession n times as long, less up to a fifth
 * @param maxEjection how long one lasts at most, up to 1 d
 * @param maxEjectedPercent share of the endpoints that the caller uses that may be out, 0 to 100
 * @param panicPercent share of the endpoints that do not refuse connections that must be left, 0 to 100
 */
public record OutlierDetection(
        boolean enabled,
        int consecutiveFailures,
        Duration interval,
        int failurePercent,
        int deviations,
        int minRequests,
        Duration ejection,
        Duration maxEjection,
        int maxEjectedPercent,
        int panicPercent) {
    private static final String NAME = "outlier.";

    /** On: five failures in a row, 85 % failures or 1.9 standard deviations in 10 s; out for 30 s to 5 min, a tenth at most. */
    public static final OutlierDetection ON = new OutlierDetection(
            true, 5, Duration.ofSeconds(10), 85, 19, 50, Duration.ofSeconds(30), Duration.ofMinutes(5), 10, 50);

    /** Off. */
    public static final OutlierDetection OFF = ON.withEnabled(false);

    /** @throws IllegalArgumentException when a value is out of range */
    public OutlierDetection {
        Require.between(NAME + "consecutive-failures", consecutiveFailures, 0, 1000);
        Require.between(NAME + "interval", interval, Duration.ofMillis(100), Duration.ofMinutes(10));
        Require.between(NAME + "failure-percent", failurePercent, 0, 100);
        Require.between(NAME + "deviations", deviations, 0, 100);
        Require.between(NAME + "min-requests", minRequests, 1, 1_000_000);
        Require.between(NAME + "ejection", ejection, Duration.ofMillis(100), Duration.ofHours(1));
        Require.between(NAME + "max-ejection", maxEjection, ejection, Duration.ofDays(1));
        Require.between(NAME + "max-ejected-percent", maxEjectedPercent, 0, 100);
        Require.between(NAME + "panic-percent", panicPercent, 0, 100);
    }

    /** The same, on or off. */
    public OutlierDetection withEnabled(boolean newEnabled) {
        return new OutlierDetection(
                newEnabled,
                consecutiveFailures,
                interval,
                failurePercent,
                deviations,
                minRequests,
                ejection,
                maxEjection,
                maxEjectedPercent,
                panicPercent);
    }

    /** How many of so many endpoints may be out. */
    int mostOut(int endpoints) {
        return maxEjectedPercent == 0 ? 0 : Math.max(1, endpoints * maxEjectedPercent / 100);
    }

    /** Whether too few would be left. */
    boolean isPanic(int left, int endpoints) {
        return left * 100L < (long) panicPercent * endpoints;
    }
}
