package io.muster.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/*
 * What the endpoints of one balancer share: the clock, and their mean latency, with which an endpoint counts that has no
 * history of its own. The mean is the harmonic one: it lies near the fast endpoints, so that one slow first answer does
 * not keep requests from all that have not been tried yet.
 *
 * The mean is computed anew, by one of the threads that end a request, every 100 ms, and also when one, two, four, eight and so on
 * endpoints have got their first sample: O(endpoints), never on a pick.
 */
final class Group {
    private static final long REVIEW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final VarHandle REVIEWED_AT;

    static {
        try {
            REVIEWED_AT = MethodHandles.lookup().findVarHandle(Group.class, "reviewedAt", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LongSupplier nanoClock;
    private volatile List<Endpoint> members = List.of();
    private volatile double meanLatency = 1;
    private volatile long reviewedAt;
    private volatile boolean counts;
    private boolean wanted;
    /** Members' first samples. */
    private final AtomicInteger firsts = new AtomicInteger();

    private final AtomicLong inFlight = new AtomicLong();
    private final Reports reports = new Reports();

    Group(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.reviewedAt = nanoClock.getAsLong();
    }

    /** What the members said of their load. */
    Reports reports() {
        return reports;
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** A picker is being built that needs {@link #inFlight()}: counting it costs every request two writes to one place. */
    void wantCounts() {
        wanted = true;
    }

    /** Counts from now on if anybody wanted that since the last time. Changes of a balancer exclude each other. */
    void settleCounts() {
        if (counts != wanted) {
            counts = wanted;
        }
        wanted = false;
    }

    boolean counts() {
        return counts;
    }

    /** Requests in flight on all members together, of those that were started while they were counted. */
    long inFlight() {
        return inFlight.get();
    }

    void addInFlight(int change) {
        inFlight.getAndAdd(change);
    }

    List<Endpoint> members() {
        return members;
    }

    void members(List<Endpoint> members) {
        this.members = members;
    }

    /** In nanoseconds, at least 1; any figure is as good as another while nobody has a history. */
    double meanLatency() {
        return meanLatency;
    }

    /** Takes notice that a member's latency changed; whether it is time to {@link #review}. */
    boolean sampled(long now, boolean first) {
        long reviewed = reviewedAt;
        boolean due = now - reviewed >= REVIEW_NANOS;
        return (due && REVIEWED_AT.compareAndSet(this, reviewed, now)) || (first && isRound(firsts.incrementAndGet()));
    }

    private static boolean isRound(int count) {
        return (count & (count - 1)) == 0;
    }

    /** Computes the mean anew, O(members). */
    void review() {
        double sum = 0;
        int count = 0;
        for (Endpoint member : members) {
            double latency = member.latency();
            if (latency > 0) {
                sum += 1 / latency;
                count++;
            }
        }
        if (count > 0) {
            meanLatency = count / sum;
        }
    }
}
