package io.muster.lb;

import java.util.Objects;

/**
 * One request in flight on an endpoint. Whoever starts it finishes it, once, whatever happens: an unfinished ticket
 * counts as a request in flight for ever. Thread-safe; the calls may come from different threads.
 */
public final class Ticket {
    private final LoadBalancer balancer;
    private final Endpoint endpoint;
    private final long startedAt;
    private final boolean counted;
    private volatile long latencyNanos;
    private volatile boolean told;
    /** Guarded by this. */
    private boolean finished;

    /** @param counted whether it counts among those in flight on all endpoints together */
    Ticket(LoadBalancer balancer, Endpoint endpoint, long startedAt, boolean counted) {
        this.counted = counted;
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
        if (latencyNanos == 0) {
            latencyNanos = Math.max(balancer.now() - startedAt, 1);
        }
    }

    /**
     * Tells what the endpoint said of its load with an answer that is no failure. Call it when the headers are there, after {@link #responseStarted} and
     * before {@link #finish}. Only the first call counts. The strategies that draw a few endpoints go by it.
     *
     * @param inFlight requests of all callers that the endpoint had under way when it answered, this one not counted; what is
     *     below 0 is passed over
     */
    public void reported(int inFlight) {
        if (inFlight < 0 || !isFirstReport()) {
            return;
        }
        long marked = latencyNanos;
        long latency = marked > 0 ? marked : Math.max(balancer.now() - startedAt, 1);
        endpoint.load().reported(inFlight, latency, startedAt + latency);
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
        if (counted) {
            endpoint.group().addInFlight(-1);
        }
        if (!told && outcome == Outcome.SUCCESS && endpoint.load().isReporting()) {
            endpoint.load().forgetReports();
        }
        long now = balancer.now();
        long marked = latencyNanos;
        balancer.ended(endpoint, outcome, marked > 0 ? marked : Math.max(now - startedAt, 1), now);
        return true;
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
