package io.muster.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Keeps what lies before {@link LoadCells} in memory off their cache lines (two of 64 bytes: lines are fetched in pairs). */
abstract class LoadPadding {
    long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16;
}

/** What every request on an endpoint writes. Eight bytes each: a smaller one would be laid out before the padding. */
abstract class LoadCells extends LoadPadding {
    long inFlight;
    double latency;
    double penalty = Penalty.NONE;
    long startedAt;
    long endedAt;
    long successes;
    long failures;
    long cancellations;
    long failuresInRow;
    double others;
    double usualOthers;
    double perRequest;
    long reportedAt;
}

/*
 * The load of one endpoint. Counters are exact (atomic additions). The averages are read, computed and written back
 * without a retry: of two requests that end in the same instant one may leave no trace, which an average can bear.
 * Superclasses come first in memory, so the cells lie between two paddings.
 */
final class Load extends LoadCells {
    long q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15, q16;

    /** The first answers tell of connecting and class loading; a history made of them would keep a new process cold. */
    private static final int START_UP_SUCCESSES = 2;

    private static final VarHandle IN_FLIGHT = cell("inFlight", long.class);
    private static final VarHandle LATENCY = cell("latency", double.class);
    private static final VarHandle PENALTY = cell("penalty", double.class);
    private static final VarHandle STARTED_AT = cell("startedAt", long.class);
    private static final VarHandle ENDED_AT = cell("endedAt", long.class);
    private static final VarHandle SUCCESSES = cell("successes", long.class);
    private static final VarHandle FAILURES = cell("failures", long.class);
    private static final VarHandle CANCELLATIONS = cell("cancellations", long.class);
    private static final VarHandle FAILURES_IN_ROW = cell("failuresInRow", long.class);

    private static final VarHandle OTHERS = cell("others", double.class);
    private static final VarHandle USUAL_OTHERS = cell("usualOthers", double.class);
    private static final VarHandle PER_REQUEST = cell("perRequest", double.class);
    private static final VarHandle REPORTED_AT = cell("reportedAt", long.class);

    /** Reports are smoothed over about as many answers. Fewer: follows sooner, and chance in single answers passes for a difference. */
    private static final double LEAST_REPORT_WEIGHT = 1.0 / 32;

    /** Service times after which a quarter is left of what was said of a queue shorter or longer than usual. */
    private static final double FILLS_WITHIN = 2.5;

    private static final double DRAINS_WITHIN = 10;
    private static final double ALIKE_WITHIN = 2;

    private final Group group;
    private volatile int place;

    /** Of an endpoint that counts as not tried for long. */
    Load(Group group) {
        long now = group.now();
        this.group = group;
        startedAt = now - PeakEwma.TAU_NANOS - 1;
        endedAt = now;
    }

    long inFlight() {
        return (long) IN_FLIGHT.getOpaque(this);
    }

    /** Smoothed latency in nanoseconds; 0 without history. */
    double latency() {
        return (double) LATENCY.getOpaque(this);
    }

    /** Smoothed latency or, without history, the mean of the others; times the penalty; in nanoseconds. */
    double expectedLatency() {
        double known = latency();
        return (known > 0 ? known : group.meanLatency()) * penalty();
    }

    double penalty() {
        return (double) PENALTY.getOpaque(this);
    }

    /** When the latest request started. */
    long startedAt() {
        return (long) STARTED_AT.getOpaque(this);
    }

    long successes() {
        return (long) SUCCESSES.getOpaque(this);
    }

    long failures() {
        return (long) FAILURES.getOpaque(this);
    }

    long cancellations() {
        return (long) CANCELLATIONS.getOpaque(this);
    }

    long failuresInRow() {
        return (long) FAILURES_IN_ROW.getOpaque(this);
    }

    void forgetFailuresInRow() {
        FAILURES_IN_ROW.setOpaque(this, 0L);
    }

    void started(long now) {
        IN_FLIGHT.getAndAdd(this, 1L);
        STARTED_AT.setOpaque(this, now);
    }

    void cancelled() {
        CANCELLATIONS.getAndAdd(this, 1L);
        IN_FLIGHT.getAndAdd(this, -1L);
    }

    /** @param steady whether the latency tells of the endpoint as it will be, and not of its start */
    void succeeded(long latencyNanos, boolean steady, long now) {
        long silence = silence(now);
        double penalty = PeakEwma.isStale(silence) ? Penalty.NONE : Penalty.afterSuccess(penalty());
        double known = latency();
        if (known > 0 || (steady && successes() >= START_UP_SUCCESSES)) {
            LATENCY.setOpaque(this, PeakEwma.next(known, latencyNanos, silence));
        }
        PENALTY.setOpaque(this, penalty);
        ENDED_AT.setOpaque(this, now);
        if (failuresInRow() != 0) {
            forgetFailuresInRow();
        }
        SUCCESSES.getAndAdd(this, 1L);
        IN_FLIGHT.getAndAdd(this, -1L);
    }

    /**
     * Counts a failure. Failing fast is no merit: it lowers no latency and makes no history, and raises what is known to
     * at least the mean. A timeout is history: the latency is at least the time waited.
     */
    void failed(boolean timeout, long latencyNanos, long now) {
        double known = latency();
        if (known > 0) {
            LATENCY.setOpaque(this, Math.max(Math.max(known, group.meanLatency()), (double) latencyNanos));
        } else if (timeout) {
            LATENCY.setOpaque(this, (double) latencyNanos);
        }
        PENALTY.setOpaque(this, Penalty.afterFailure(penalty()));
        ENDED_AT.setOpaque(this, now);
        FAILURES_IN_ROW.getAndAdd(this, 1L);
        FAILURES.getAndAdd(this, 1L);
        IN_FLIGHT.getAndAdd(this, -1L);
    }

    /** Its endpoint's place among all of the balancer, which changes with them. */
    int place() {
        return place;
    }

    void place(int newPlace) {
        place = newPlace;
    }

    /** Whether the endpoint says how many requests it has. */
    boolean isReporting() {
        return perRequest() > 0;
    }

    void forgetReports() {
        PER_REQUEST.setOpaque(this, 0.0);
    }

    /**
     * Takes down how many requests the endpoint had when it answered one, that one not counted. Of these the caller's own are known better.
     *
     * @param latencyNanos of the answered request, which is still counted in flight
     */
    void reported(int underWay, long latencyNanos, long now) {
        double fromOthers = Math.max(0, underWay - (inFlight() - 1));
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

    /**
     * How many requests of all callers are expected here: the caller's own, and of others what was said last, the less so the older it is, and what is
     * usual. A low figure is outdated sooner than a high one: whoever hears of it sends there, while a queue takes its time to drain.
     */
    double expectedInFlight() {
        Reports reports = group.reports();
        double usual = (double) USUAL_OTHERS.getOpaque(this);
        double difference = (double) OTHERS.getOpaque(this) - usual;
        double half = (difference < 0 ? FILLS_WITHIN : DRAINS_WITHIN) * reports.service();
        double trust = half / (half + reports.age((long) REPORTED_AT.getOpaque(this)));
        return inFlight() + usual + difference * trust * trust;
    }

    /**
     * The time that a request takes here by itself, times the penalty, in nanoseconds. Single ones differ so much that endpoints whose means differ by less
     * than twice either way count as equal: whether they are shows in their queues.
     */
    double expectedService() {
        double mean = group.reports().service();
        double own = perRequest();
        return Math.max(own / ALIKE_WITHIN, Math.min(mean, own * ALIKE_WITHIN)) * penalty();
    }

    private double perRequest() {
        return (double) PER_REQUEST.getOpaque(this);
    }

    private long silence(long now) {
        return now - (long) ENDED_AT.getOpaque(this);
    }

    private static VarHandle cell(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(LoadCells.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
