package io.muster.lb;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/*
 * Finds the endpoints of one balancer that fail much more than the others (OutlierDetection). Failures in a row are seen as they
 * happen; shares of failures are compared once per interval, over what happened since the last time.
 *
 * An endpoint's share of successes is also compared with the mean of all that were busy enough. Among n endpoints one alone
 * is at most sqrt(n - 1) standard deviations from the mean, so that says nothing of few; the fixed share of failures does.
 */
final class Outliers {
    private static final int FEWEST_TO_COMPARE = 5;

    private final RandomGenerator random;
    private volatile OutlierDetection settings = OutlierDetection.OFF;
    private volatile long reviewAt;

    /** Written under this object's monitor only. */
    private volatile int timesOut;

    /** @param random used under this object's monitor only */
    Outliers(RandomGenerator random) {
        this.random = random;
    }

    /** The same settings once more change nothing. */
    synchronized void settings(OutlierDetection newSettings, long now) {
        if (!settings.equals(newSettings)) {
            settings = newSettings;
            reviewAt = now + newSettings.interval().toNanos();
        }
    }

    /** Whether an interval is over. */
    boolean isReviewDue(long now) {
        return settings.enabled() && now - reviewAt >= 0;
    }

    /** How often any endpoint went out; what was built from the endpoints is up to date while this stays. */
    int timesOut() {
        return timesOut;
    }

    /** Takes notice of a refused connection; whether that takes the endpoint out. */
    synchronized boolean refused(Endpoint endpoint, long now) {
        boolean out = endpoint.ejection().refuse(now, random.nextDouble());
        if (out) {
            timesOut++;
        }
        return out;
    }

    /** Takes notice of a failure; whether that takes the endpoint out. */
    boolean failed(Endpoint endpoint, List<Endpoint> endpoints, long now) {
        OutlierDetection current = settings;
        return current.enabled()
                && current.consecutiveFailures() > 0
                && endpoint.failuresInRow() >= current.consecutiveFailures()
                && eject(endpoint, endpoints, now);
    }

    /** Compares the endpoints, if an interval is over. */
    synchronized void review(List<Endpoint> endpoints, long now) {
        if (!isReviewDue(now)) {
            return;
        }
        reviewAt = now + settings.interval().toNanos();
        List<Endpoint> busy = new ArrayList<>();
        List<Double> rates = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            Tally tally = endpoint.tally();
            tally.take(endpoint.successes(), endpoint.failures());
            endpoint.ejection().forgive(now, settings);
            if (tally.requests() >= settings.minRequests()) {
                busy.add(endpoint);
                rates.add(tally.successRate());
            }
        }
        double leastRate = leastRate(rates);
        for (int i = 0; i < busy.size(); i++) {
            boolean failsMuch = settings.failurePercent() > 0 && (1 - rates.get(i)) * 100 >= settings.failurePercent();
            if (failsMuch || rates.get(i) < leastRate) {
                eject(busy.get(i), endpoints, now);
            }
        }
    }

    private synchronized boolean eject(Endpoint endpoint, List<Endpoint> endpoints, long now) {
        if (endpoint.ejection().isOutlier() || !endpoints.contains(endpoint)) {
            return false;
        }
        long out = endpoints.stream().filter(e -> e.ejection().isOutlier()).count();
        if (out >= settings.mostOut(endpoints.size())) {
            return false;
        }
        endpoint.ejection().outlier(now, settings, random.nextDouble());
        timesOut++;
        endpoint.forgetFailuresInRow();
        return true;
    }

    /** The share of successes below which an endpoint is too far from the others; below any when there are too few. */
    private double leastRate(List<Double> rates) {
        if (settings.deviations() == 0 || rates.size() < FEWEST_TO_COMPARE) {
            return Double.NEGATIVE_INFINITY;
        }
        double mean = rates.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double variance = rates.stream()
                .mapToDouble(rate -> (rate - mean) * (rate - mean))
                .average()
                .orElseThrow();
        return mean - settings.deviations() / 10.0 * Math.sqrt(variance);
    }

    /** What an endpoint did in the last interval. Guarded by the monitor of its balancer's outliers. */
    static final class Tally {
        private long successesBefore;
        private long failuresBefore;
        private long successes;
        private long failures;

        void take(long successesNow, long failuresNow) {
            successes = successesNow - successesBefore;
            failures = failuresNow - failuresBefore;
            successesBefore = successesNow;
            failuresBefore = failuresNow;
        }

        long requests() {
            return successes + failures;
        }

        double successRate() {
            return (double) successes / requests();
        }
    }
}
