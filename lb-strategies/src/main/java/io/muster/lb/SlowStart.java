package io.muster.lb;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets an endpoint that joins begin with little and grow to its full weight: a JVM that has just started answers its first
 * requests slowly. While it grows, its latencies are not held against it. Endpoints of a balancer's first update are not
 * new: that the caller has just started says nothing of them.
 *
 * <p>Strategies without weights honour it, too.
 *
 * @param window how long it takes, up to 1 h; 0 for off. Longer: gentler to the newcomer, harder on the others
 * @param minPercent share of its weight with which it begins, 1 to 100
 */
public record SlowStart(Duration window, int minPercent) {
    /** The growing weight is brought up to date that many times. */
    private static final int STEPS = 20;

    private static final Duration MAX_WINDOW = Duration.ofHours(1);
    private static final long MIN_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Off. */
    public static final SlowStart OFF = new SlowStart(Duration.ZERO, 10);

    /** @throws IllegalArgumentException when a value is out of range */
    public SlowStart {
        Require.between("slow-start.window", window, Duration.ZERO, MAX_WINDOW);
        Require.between("slow-start.min-percent", minPercent, 1, 100);
    }

    boolean isOn() {
        return !window.isZero();
    }

    /** The share of its weight that an endpoint of that age has, above 0 and up to 1. */
    double share(long ageNanos) {
        if (!isOn() || ageNanos >= window.toNanos()) {
            return 1;
        }
        return Math.max(minPercent / 100.0, (double) Math.max(ageNanos, 0) / window.toNanos());
    }

    /** How long a weight may stay as it is while it grows. */
    long stepNanos() {
        return Math.max(window.toNanos() / STEPS, MIN_STEP_NANOS);
    }

    static boolean isAnyStarting(List<Endpoint> endpoints) {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.share() < 1) {
                return true;
            }
        }
        return false;
    }

    /** The endpoints' shares of their weights, weights left aside. */
    static Shares shares(List<Endpoint> endpoints) {
        return Shares.of(endpoints.stream().mapToDouble(Endpoint::share).toArray());
    }
}
