package io.muster.lb;

import java.util.concurrent.TimeUnit;

/*
 * Whether an endpoint is out of the rotation, and until when, for one or both of two causes.
 *
 * It refused a connection: a fact. The n-th refusal in a row costs min(2^(n-1) s, 30 s). Refusals while it is out belong to requests
 * that were under way and cost nothing more; an answer ends the row.
 *
 * It failed more than others (Outliers): a guess. The n-th time costs n times the configured time; every interval without
 * takes one off n.
 *
 * Of both times a random fifth is left off, so that endpoints that fell together do not come back together. Thread-safe;
 * what a pick reads is one volatile field.
 */
final class Ejection {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int DOUBLINGS_TO_MAX = 5;
    private static final double JITTER = 0.2;

    private static final int REFUSED = 1;
    private static final int OUTLIER = 2;

    private volatile int causes;
    private volatile int refusals;
    private long refusedUntil;
    private int timesOutlier;
    private long outlierUntil;
    private long backAt;

    boolean isOut() {
        return causes != 0;
    }

    boolean hasRefused() {
        return (causes & REFUSED) != 0;
    }

    boolean isOutlier() {
        return (causes & OUTLIER) != 0;
    }

    /** When the first of its causes ends; of meaning only while it is out. */
    synchronized long until() {
        if (causes == (REFUSED | OUTLIER)) {
            return refusedUntil - outlierUntil < 0 ? refusedUntil : outlierUntil;
        }
        return causes == REFUSED ? refusedUntil : outlierUntil;
    }

    /**
     * Takes it out because it refused a connection; false when it is out for that already.
     *
     * @param random from 0 to below 1
     */
    synchronized boolean refuse(long now, double random) {
        if (hasRefused()) {
            return false;
        }
        int inRow = Math.min(refusals, DOUBLINGS_TO_MAX) + 1;
        refusedUntil = now + delayNanos(inRow, random);
        refusals = inRow;
        causes |= REFUSED;
        return true;
    }

    /**
     * Takes it out because it fails more than others.
     *
     * @param random from 0 to below 1
     */
    synchronized void outlier(long now, OutlierDetection settings, double random) {
        timesOutlier++;
        long most = settings.maxEjection().toNanos();
        long full = Math.min(settings.ejection().toNanos() * Math.min(timesOutlier, 10_000), most);
        outlierUntil = now + jittered(full, random);
        causes |= OUTLIER;
    }

    /** Lets it back in where its time has passed. */
    synchronized void readmitIfDue(long now) {
        if (hasRefused() && now - refusedUntil >= 0) {
            causes &= ~REFUSED;
        }
        if (isOutlier() && now - outlierUntil >= 0) {
            causes &= ~OUTLIER;
            backAt = now;
        }
    }

    /** An interval went by; if it was in the rotation for all of it, one time less is held against it. */
    synchronized void forgive(long now, OutlierDetection settings) {
        if (timesOutlier > 0
                && !isOutlier()
                && now - backAt >= settings.interval().toNanos()) {
            timesOutlier--;
        }
    }

    /** Somebody listens there, unless the answer is to a request from before it went out. */
    void answered() {
        if (refusals != 0 && !hasRefused()) {
            refusals = 0;
        }
    }

    /** Nobody looks for outliers any more. */
    synchronized void forgetOutlier() {
        causes &= ~OUTLIER;
        timesOutlier = 0;
    }

    /** Forgets all: the registry says that it is back. */
    synchronized void clear() {
        causes = 0;
        refusals = 0;
        timesOutlier = 0;
    }

    /**
     * How long the {@code refusals}-th refusal in a row keeps an endpoint out.
     *
     * @param refusals at least 1
     * @param random from 0 to below 1
     */
    static long delayNanos(int refusals, double random) {
        return jittered(Math.min(FIRST_NANOS << Math.min(refusals - 1, DOUBLINGS_TO_MAX), MAX_NANOS), random);
    }

    private static long jittered(long full, double random) {
        return (long) (full * (1 - JITTER * random));
    }
}
