package io.muster.lb;

/**
 * A target with its load statistics. Identity and statistics survive changes of membership, weight and metadata for as
 * long as id and generation stay. Thread-safe; reads are lock-free and allocate nothing, {@link #statistics()} apart.
 */
public final class Endpoint extends Load {
    private final Ejection ejection = new Ejection();
    private final Outliers.Tally tally = new Outliers.Tally();
    private final boolean joined;
    private final long since;
    private volatile Target target;
    private volatile double share = 1;

    /** @param joined whether it is new to the service, not only to this balancer */
    Endpoint(Target target, Group group, boolean joined) {
        super(group);
        this.target = target;
        this.joined = joined;
        this.since = group.now();
    }

    /** What its owner last said of it. */
    public Target target() {
        return target;
    }

    /** Its share of requests relative to the others' now: the target's weight, less while it starts slowly; at least 0. */
    public double weight() {
        return target.weight() * share;
    }

    /** Requests started and not finished. */
    public int inFlight() {
        return (int) underWay();
    }

    /**
     * What one more request is expected to cost here, in nanoseconds, weight left aside: (in-flight + 1) × smoothed
     * latency × the penalty for recent failures. An endpoint without history counts with the mean of the others.
     * Always finite and above 0; comparable only among endpoints of one balancer.
     */
    public double cost() {
        return (underWay() + 1) * expectedLatency();
    }

    /**
     * How many requests of all callers it may have for one more to be worth sending there: as many as are expected, and as many above that as chance
     * makes, their root. With more, what was known was wrong, and another endpoint is the better choice. -1 when it does not tell its load.
     */
    public int acceptable() {
        return isReporting() ? acceptableInFlight() : -1;
    }

    /** Its statistics now, for display. */
    public EndpointStatistics statistics() {
        return new EndpointStatistics(
                inFlight(),
                Math.round(latency()),
                penalty(),
                successes(),
                failures(),
                cancellations(),
                ejection.isOut(),
                isReporting() ? Math.round(expectedInFlight()) : -1,
                utilization());
    }

    @Override
    public String toString() {
        Target now = target;
        return now.id() + "@" + now.generation();
    }

    void target(Target target) {
        this.target = target;
    }

    Group group() {
        return group;
    }

    Outliers.Tally tally() {
        return tally;
    }

    /** The share of its weight that it has: below 1 while it starts slowly. */
    double share() {
        return share;
    }

    void share(double newShare) {
        share = newShare;
    }

    /** The share of its weight that it should have. */
    double shareAt(long now, SlowStart slowStart) {
        return joined ? slowStart.share(now - since) : 1;
    }

    @Override
    boolean isSteady() {
        return share == 1;
    }

    Ejection ejection() {
        return ejection;
    }

    /** Whether it is the process that {@code other} describes. */
    boolean isProcess(Target other) {
        Target now = target;
        return now.id().equals(other.id()) && now.generation().equals(other.generation());
    }

    /** Whether its latest request started so long ago that what is known of it may be wrong by now. */
    boolean isIdle() {
        return PeakEwma.isStale(group.now() - startedAt());
    }

    /** A success of which nobody took the time. */
    void succeeded() {
        if (countSuccess()) {
            ejection.answered();
        }
    }

    /** Whether it is time to look at the latencies of all. */
    boolean succeeded(long latencyNanos, long now) {
        boolean unknown = latency() == 0;
        if (countSuccess(latencyNanos, now)) {
            ejection.answered();
        }
        return group.sampled(now, unknown && latency() > 0);
    }

    /** Of a request that was no success; whether it is time to look at the latencies of all. */
    boolean ended(Outcome outcome, long latencyNanos, long now) {
        if (!outcome.isFailure()) {
            countCancellation();
            if (outcome.isAnswer()) {
                ejection.answered();
            }
            return false;
        }
        boolean unknown = latency() == 0;
        countFailure(outcome == Outcome.TIMEOUT, latencyNanos, now);
        if (outcome.isAnswer()) {
            ejection.answered();
        }
        return group.sampled(now, unknown && latency() > 0);
    }
}
