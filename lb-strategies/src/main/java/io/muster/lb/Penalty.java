package io.muster.lb;

/*
 * The factor by which failures make an endpoint look slower than it is, so that one that fails fast does not draw the
 * traffic of those that work. Each failure doubles it, each success takes a tenth off what exceeds 1: an endpoint that
 * fails now and then (1 %) stays near 1, one that fails more often than about one time in seven climbs to the cap within
 * a dozen requests. A factor, not a fixed latency, because it means the same to a service of 1 ms and to one of 10 s, and
 * because a single failure must not banish an endpoint whose neighbours fail as often.
 */
final class Penalty {
    static final double NONE = 1;
    static final double MAX = 64;

    private static final double FORGIVEN_PER_SUCCESS = 0.1;

    /** What is less above {@link #NONE} makes no difference. */
    private static final double FORGOTTEN = 0.001;

    private Penalty() {}

    static double afterFailure(double penalty) {
        return Math.min(penalty * 2, MAX);
    }

    static double afterSuccess(double penalty) {
        double above = (penalty - NONE) * (1 - FORGIVEN_PER_SUCCESS);
        return above < FORGOTTEN ? NONE : NONE + above;
    }
}
