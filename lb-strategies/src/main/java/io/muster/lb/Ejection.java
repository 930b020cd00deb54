package io.muster.lb;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/*
 * Whether an endpoint is out of the rotation because it refused a connection, and until when. The n-th refusal in a row
 * costs min(2^(n-1) s, 30 s), of which a random fifth is left off, so that endpoints that fell together do not come back
 * together. Refusals while it is out belong to requests that were under way and cost nothing more; an answer ends the
 * row.
 *
 * Everything but isOut and answered is called under the balancer's lock.
 */
final class Ejection {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int DOUBLINGS_TO_MAX = 5;
    private static final double JITTER = 0.2;

    private volatile boolean out;
    private volatile int refusals;
    private long until;

    boolean isOut() {
        return out;
    }

    /** When it may come back; of meaning only while it is out. */
    long until() {
        return until;
    }

    /** Takes it out; false when it is out already. */
    boolean eject(long now, RandomGenerator random) {
        if (out) {
            return false;
        }
        int inRow = Math.min(refusals, DOUBLINGS_TO_MAX) + 1;
        until = now + delayNanos(inRow, random.nextDouble());
        refusals = inRow;
        out = true;
        return true;
    }

    /** Lets it back in when its time has passed. */
    void readmitIfDue(long now) {
        if (out && now - until >= 0) {
            out = false;
        }
    }

    /** Somebody listens there, unless the answer is to a request from before it went out. */
    void answered() {
        if (refusals != 0 && !out) {
            refusals = 0;
        }
    }

    /** Forgets all: the registry says that it is back. */
    void clear() {
        out = false;
        refusals = 0;
    }

    /**
     * How long the {@code refusals}-th refusal in a row keeps an endpoint out.
     *
     * @param refusals at least 1
     * @param random from 0 to below 1
     */
    static long delayNanos(int refusals, double random) {
        long full = Math.min(FIRST_NANOS << Math.min(refusals - 1, DOUBLINGS_TO_MAX), MAX_NANOS);
        return (long) (full * (1 - JITTER * random));
    }
}
