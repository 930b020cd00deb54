package io.muster.lb;

/**
 * A target with its load statistics. Identity and statistics survive changes of membership, weight and metadata for as
 * long as id and generation stay. Thread-safe; reads are lock-free and allocate nothing, {@link #statistics()} apart.
 */
public final class Endpoint {
    private volatile Target target;

    Endpoint(Target target) {
        this.target = target;
    }

    /** What its owner last said of it. */
    public Target target() {
        return target;
    }

    /** Requests started and not finished. */
    public int inFlight() {
        return 0;
    }

    /**
     * What one more request is expected to cost here, in nanoseconds, weight left aside: (in-flight + 1) × smoothed
     * latency × the penalty for recent failures. An endpoint without history counts with the mean of the others.
     * Always finite and above 0; comparable only among endpoints of one balancer.
     */
    public double cost() {
        return 1;
    }

    /** Its statistics now, for display. */
    public EndpointStatistics statistics() {
        return new EndpointStatistics(0, 0, 1, 0, 0, 0, false);
    }

    @Override
    public String toString() {
        Target now = target;
        return now.id() + "@" + now.generation();
    }
}
