package io.muster.lb;

import java.util.Objects;

/**
 * One request in flight on an endpoint. Whoever starts it finishes it, once, whatever happens: an unfinished ticket
 * counts as a request in flight for ever. Thread-safe; the calls may come from different threads.
 */
public final class Ticket {
    /** Somebody wants to know how long it takes: two readings of the clock are most of what a call costs. */
    static final int TIMED = 1;

    /** It counts among those in flight on all endpoints together. */
    static final int COUNTED = 2;

    private final LoadBalancer balancer;
    private final Endpoint endpoint;
    private final long startedAt;
    private final int extras;
    private volatile long latencyNanos;
    private volatile boolean told;
    /** Guarded by this. */
    private boolean finished;

    /** @param startedAt of meaning with {@link #TIMED} alone */
    Ticket(LoadBalancer balancer, Endpoint endpoint, long startedAt, int extras) {
        this.extras = extras;
        this.balancer = balancer;
        this.endpoint = endpoint;
        this.startedAt = startedAt;
    }

    /** Where the request went. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Marks that the response's headers arrived. Latency counts to here instead of to {@link #finish}, so that a long
     * body does not make its endpoint look slow. Only the first call counts.
     */
    public void responseStarted() {
        if (isTimed() && latencyNanos == 0) {
            latencyNanos = Math.max(balancer.now() - startedAt, 1);
        }
    }

    /**
     * Tells what the endpoint said of its load with an answer that is no failure. Call it when the headers are there, after {@link #responseStarted} and
     * before {@link #finish}. Only the first call counts. The strategies that draw a few endpoints go by it, while latency is measured
     * ({@link Options#measureLatency}).
     *
     * @param inFlight requests of all callers that the endpoint had under way when it answered, this one not counted; what is
     *     below 0 is passed over
     */
    public void reported(int inFlight) {
        reported(inFlight, Double.NaN);
    }

    /**
     * The same with the share of its capacity that the endpoint uses: one that is near its limit counts as up to twice as slow.
     *
     * @param utilization 0 to 1, what is above counts as 1; below 0 or NaN when it does not say
     */
    public void reported(int inFlight, double utilization) {
        if (inFlight < 0 || !isTimed() || !isFirstReport()) {
            return;
        }
        long marked = latencyNanos;
        long latency = marked > 0 ? marked : Math.max(balancer.now() - startedAt, 1);
        endpoint.reported(inFlight, utilization, latency, startedAt + latency);
        balancer.reported();
    }

    /**
     * Ends a request that the endpoint {@link Outcome#DECLINED declined}, and tells why.
     *
     * @param inFlight requests of all callers that it had, this one not counted; what is below 0 is passed over
     * @param utilization as with {@link #reported(int, double)}
     * @return as {@link #finish}
     */
    public boolean declined(int inFlight, double utilization) {
        if (inFlight >= 0 && isTimed() && isFirstReport()) {
            endpoint.declined(inFlight, utilization, balancer.now());
        }
        return finish(Outcome.DECLINED);
    }

    /**
     * Ends the request: when the body has been read or the call has failed.
     *
     * @return whether this was the first call; any later one changes nothing
     */
    public boolean finish(Outcome outcome) {
        Objects.requireNonNull(outcome, "outcome");
        if (!isFirst()) {
            return false;
        }
        if ((extras & COUNTED) != 0) {
            endpoint.addCounted(-1);
        }
        if (!isTimed()) {
            balancer.ended(endpoint, outcome);
            return true;
        }
        if (endpoint.group().reports().any() && outcome == Outcome.SUCCESS && !told) {
            endpoint.forgetReports();
        }
        long now = balancer.now();
        long marked = latencyNanos;
        balancer.ended(endpoint, outcome, marked > 0 ? marked : Math.max(now - startedAt, 1), now);
        return true;
    }

    private boolean isTimed() {
        return (extras & TIMED) != 0;
    }

    private synchronized boolean isFirstReport() {
        boolean first = !told && !finished;
        told = true;
        return first;
    }

    /*
     * By a lock, because a ticket that its method keeps to itself then costs no object: compilers drop such a lock and with it the
     * object, but keep what is compared and set.
     */
    private synchronized boolean isFirst() {
        boolean first = !finished;
        finished = true;
        return first;
    }
}
