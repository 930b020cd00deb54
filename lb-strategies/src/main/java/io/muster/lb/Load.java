package io.muster.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Keeps what lies before {@link LoadCells} in memory off their cache line of 64 bytes. */
abstract class LoadPadding {
    long p01, p02, p03, p04, p05, p06, p07, p08;
}

/**
 * What requests on an endpoint write. Eight bytes each: a smaller one would be laid out before the padding. What every request writes comes first; what
 * few write keeps it off the cache line of what lies behind, so that it needs no more padding: a thousand endpoints shall stay in a cache.
 */
abstract class LoadCells extends LoadPadding {
    long requests;
    double latency;
    long endedAt;
    long startedAt;
    double penalty = Penalty.NONE;
    long failuresInRow;
    double perRequest;
    long failures;
    long cancellations;
    double others;
    double usualOthers;
    long reportedAt;
    double utilization;
    long counted;
    long place;
}

/*
 * The load of one endpoint, and the part of it that comes first in memory: with an object of its own each pick would read one more. Counters are exact (atomic additions). The averages are read, computed and written back
 * without a retry: of two requests that end in the same instant one may leave no trace, which an average can bear.
 * Superclasses come first in memory, so the cells lie behind their padding.
 *
 * An atomic addition is what costs most here. So requests in flight and those that ended well share one number, and one addition moves a
 * request from here to there: 24 bits of the former, far more than a process has connections, below 39 bits of the latter. The sign tells
 * whether anything is left of a failure, a penalty or a row of them, so that otherwise nobody need look.
 *
 * What picks read they read plainly: whoever picks has just read a volatile field, the balancer's, and an opaque read would keep the compiler from
 * reading anything else only once.
 */
abstract class Load extends LoadCells {
    /** The first answers tell of connecting and class loading; a history made of them would keep a new process cold. */
    private static final int START_UP_SUCCESSES = 2;

    private static final int IN_FLIGHT_BITS = 24;
    private static final long IN_FLIGHT_MASK = (1L << IN_FLIGHT_BITS) - 1;
    private static final long SUCCEEDED = (1L << IN_FLIGHT_BITS) - 1;
    private static final long BLEMISHED = Long.MIN_VALUE;

    private static final VarHandle REQUESTS = cell("requests", long.class);
    private static final VarHandle FAILURES = cell("failures", long.class);
    private static final VarHandle CANCELLATIONS = cell("cancellations", long.class);
    private static final VarHandle FAILURES_IN_ROW = cell("failuresInRow", long.class);

    private static final VarHandle OTHERS = cell("others", double.class);
    private static final VarHandle USUAL_OTHERS = cell("usualOthers", double.class);
    private static final VarHandle PER_REQUEST = cell("perRequest", double.class);
    private static final VarHandle REPORTED_AT = cell("reportedAt", long.class);
    private static final VarHandle UTILIZATION = cell("utilization", double.class);
    private static final VarHandle COUNTED = cell("counted", long.class);
    private static final VarHandle PLACE = cell("place", long.class);

    /** Reports are smoothed over about as many answers. Fewer: follows sooner, and chance in single answers passes for a difference. */
    private static final double LEAST_REPORT_WEIGHT = 1.0 / 32;

    /** Service times after which a quarter is left of what was said of a queue shorter or longer than usual. */
    private static final double FILLS_WITHIN = 2.5;

    private static final double DRAINS_WITHIN = 10;
    private static final double ALIKE_WITHIN = 2;

    /** From here to 1, utilization makes an endpoint look slower, up to twice as slow. */
    private static final double BUSY = 0.9;

    final Group group;

    /** Whether latencies tell of the endpoint as it will be, and not of its start. */
    abstract boolean isSteady();

    /** Of an endpoint that counts as not tried for long. */
    Load(Group group) {
        long now = group.now();
        this.group = group;
        startedAt = now - PeakEwma.TAU_NANOS - 1;
        endedAt = now;
    }

    /** Requests started and not finished. */
    final long underWay() {
        return inFlight(requests());
    }

    static long inFlight(long requests) {
        return requests & IN_FLIGHT_MASK;
    }

    /** Whether nothing is in flight and nothing is left of a failure. */
    static boolean isFree(long requests) {
        return (requests & (BLEMISHED | IN_FLIGHT_MASK)) == 0;
    }

    /** Below 0 while it {@link #isBlemished}; the {@link #inFlight} among them. */
    final long requests() {
        return requests;
    }

    /** Smoothed latency in nanoseconds; 0 without history. */
    final double latency() {
        return latency;
    }

    /** Smoothed latency or, without history, the mean of the others; in nanoseconds. */
    final double knownLatency() {
        double known = latency();
        return known > 0 ? known : group.meanLatency();
    }

    /** {@link #knownLatency} times the penalty. */
    final double expectedLatency() {
        return knownLatency() * penalty();
    }

    final double penalty() {
        return penalty;
    }

    /** When the latest request started. */
    final long startedAt() {
        return startedAt;
    }

    final long successes() {
        return successes(requests());
    }

    private static long successes(long requests) {
        return (requests & ~BLEMISHED) >>> IN_FLIGHT_BITS;
    }

    final long failures() {
        return (long) FAILURES.getOpaque(this);
    }

    final long cancellations() {
        return (long) CANCELLATIONS.getOpaque(this);
    }

    final long failuresInRow() {
        return (long) FAILURES_IN_ROW.getOpaque(this);
    }

    final void forgetFailuresInRow() {
        FAILURES_IN_ROW.setOpaque(this, 0L);
    }

    final void started() {
        REQUESTS.getAndAdd(this, 1L);
    }

    final void started(long now) {
        started();
        startedAt = now;
    }

    /** Of the requests in flight those that were started while {@link Group#counts}. */
    final long counted() {
        return (long) COUNTED.getOpaque(this);
    }

    final void addCounted(int change) {
        COUNTED.getAndAdd(this, (long) change);
        group.addInFlight(change);
    }

    final void countCancellation() {
        CANCELLATIONS.getAndAdd(this, 1L);
        REQUESTS.getAndAdd(this, -1L);
    }

    /** Whether something is left of a failure: a penalty or a row of them. */
    final boolean isBlemished() {
        return requests() < 0;
    }

    /** Counts a success of which nobody took the time; whether something was left of a failure. */
    final boolean countSuccess() {
        boolean blemished = (long) REQUESTS.getAndAdd(this, SUCCEEDED) < 0;
        if (blemished) {
            forgive(Penalty.afterSuccess(penalty()));
        }
        return blemished;
    }

    /** Counts a success; whether something was left of a failure. */
    final boolean countSuccess(long latencyNanos, long now) {
        // First, because an atomic addition waits for all writes before it.
        long before = (long) REQUESTS.getAndAdd(this, SUCCEEDED);
        long silence = silence(now);
        double known = latency();
        if (known > 0 || (isSteady() && successes(before) >= START_UP_SUCCESSES)) {
            latency = PeakEwma.next(known, latencyNanos, silence);
        }
        endedAt = now;
        if (before < 0) {
            forgive(PeakEwma.isStale(silence) ? Penalty.NONE : Penalty.afterSuccess(penalty()));
        }
        return before < 0;
    }

    private void forgive(double penalty) {
        this.penalty = penalty;
        forgetFailuresInRow();
        if (penalty == Penalty.NONE) {
            REQUESTS.getAndBitwiseAnd(this, ~BLEMISHED);
        }
        // Another one, who knew of more, may have come between.
        if (penalty() != Penalty.NONE || failuresInRow() != 0) {
            REQUESTS.getAndBitwiseOr(this, BLEMISHED);
        }
    }

    /**
     * Counts a failure. Failing fast is no merit: it lowers no latency and makes no history, and raises what is known to
     * at least the mean. A timeout is history: the latency is at least the time waited.
     */
    final void countFailure(boolean timeout, long latencyNanos, long now) {
        double known = latency();
        if (known > 0) {
            latency = Math.max(Math.max(known, group.meanLatency()), (double) latencyNanos);
        } else if (timeout) {
            latency = latencyNanos;
        }
        this.penalty = Penalty.afterFailure(penalty());
        endedAt = now;
        FAILURES_IN_ROW.getAndAdd(this, 1L);
        FAILURES.getAndAdd(this, 1L);
        REQUESTS.getAndBitwiseOr(this, BLEMISHED);
        REQUESTS.getAndAdd(this, -1L);
    }

    /** Its endpoint's place among all of the balancer, which changes with them; whoever reads it checks who is there. */
    final int place() {
        return (int) (long) PLACE.getOpaque(this);
    }

    final void place(int newPlace) {
        PLACE.setOpaque(this, (long) newPlace);
    }

    /** Whether the endpoint says how many requests it has. */
    final boolean isReporting() {
        return perRequest() > 0;
    }

    final void forgetReports() {
        if (!isReporting()) {
            return;
        }
        PER_REQUEST.setOpaque(this, 0.0);
    }

    /**
     * Takes down how many requests the endpoint had when it answered one, that one not counted. Of these the caller's own are known better.
     *
     * @param utilization the share of its capacity that it uses, 0 to 1; NaN when it does not say
     * @param latencyNanos of the answered request, which is still counted in flight
     */
    final void reported(int underWay, double utilization, long latencyNanos, long now) {
        UTILIZATION.setOpaque(this, utilization >= 0 ? Math.min(utilization, 1) : 0.0);
        if (successes() < START_UP_SUCCESSES) {
            return;
        }
        double fromOthers = Math.max(0, underWay - (underWay() - 1));
        double sample = Math.max(1, latencyNanos / (underWay + 1.0));
        double known = perRequest();
        if (known == 0 || PeakEwma.isStale(now - (long) REPORTED_AT.getOpaque(this))) {
            USUAL_OTHERS.setOpaque(this, fromOthers);
            PER_REQUEST.setOpaque(this, sample);
        } else {
            double weight = Math.max(1.0 / (successes() + 1), LEAST_REPORT_WEIGHT);
            double usual = (double) USUAL_OTHERS.getOpaque(this);
            USUAL_OTHERS.setOpaque(this, usual + (fromOthers - usual) * weight);
            PER_REQUEST.setOpaque(this, known + (sample - known) * weight);
        }
        OTHERS.setOpaque(this, fromOthers);
        REPORTED_AT.setOpaque(this, now);
        group.reports().add(this, sample, now);
    }

    /** Takes down how many requests the endpoint had when it declined one, which is still counted in flight here and was not there. */
    final void declined(int underWay, double utilization, long now) {
        UTILIZATION.setOpaque(this, utilization >= 0 ? Math.min(utilization, 1) : 0.0);
        if (isReporting()) {
            OTHERS.setOpaque(this, (double) Math.max(0, underWay - (underWay() - 1)));
            REPORTED_AT.setOpaque(this, now);
        }
    }

    /** See {@link Endpoint#acceptable}. */
    final int acceptableInFlight() {
        double expected = expectedInFlight();
        return (int) (expected + Math.sqrt(1 + expected));
    }

    /**
     * How many requests of all callers are expected here: the caller's own, and of others what was said last, the less so the older it is, and what is
     * usual. A low figure is outdated sooner than a high one: whoever hears of it sends there, while a queue takes its time to drain.
     */
    final double expectedInFlight() {
        Reports reports = group.reports();
        double usual = (double) USUAL_OTHERS.getOpaque(this);
        double difference = (double) OTHERS.getOpaque(this) - usual;
        double half = (difference < 0 ? FILLS_WITHIN : DRAINS_WITHIN) * reports.service();
        double trust = half / (half + reports.age((long) REPORTED_AT.getOpaque(this)));
        return underWay() + usual + difference * trust * trust;
    }

    /**
     * The time that a request takes here by itself, times the penalty, in nanoseconds. Single ones differ so much that endpoints whose means differ by less
     * than twice either way count as equal: whether they are shows in their queues.
     */
    final double expectedService() {
        double mean = group.reports().service();
        double own = perRequest();
        return Math.max(own / ALIKE_WITHIN, Math.min(mean, own * ALIKE_WITHIN)) * penalty() * slowdown();
    }

    /** The share of its capacity that the endpoint said last that it uses; 0 when it did not say. */
    final double utilization() {
        return (double) UTILIZATION.getOpaque(this);
    }

    /** How much slower than it is an endpoint counts that is near its limit, 1 to 2: what it has in its own queues nobody sees. */
    final double slowdown() {
        return 1 + Math.max(0, utilization() - BUSY) / (1 - BUSY);
    }

    private double perRequest() {
        return perRequest;
    }

    private long silence(long now) {
        return now - endedAt;
    }

    private static VarHandle cell(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(LoadCells.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
