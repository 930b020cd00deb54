package io.muster.lease;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** True time, a queue of events, randomness, and the first violation. */
final class SimWorld {
    /** One rule that is switched off, to see whether the simulation finds out. */
    enum Mutation {
        NONE,
        NO_GUARD,
        NO_RAISE,
        NO_REQUEST_ID,
        NO_CLOCK_MAXIMUM,
        NO_CATCH_ALL
    }

    private static final int TRACE_LENGTH = 40;

    final SplittableRandom random;
    final Mutation mutation;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private final Deque<String> trace = new ArrayDeque<>();
    private long now;
    private long order;
    private boolean chaos = true;
    private @Nullable String violation;

    SimWorld(long seed, Mutation mutation) {
        this.random = new SplittableRandom(seed);
        this.mutation = mutation;
    }

    private record Event(long at, long order, Runnable task) {}

    long now() {
        return now;
    }

    /** Whether faults happen. */
    boolean chaos() {
        return chaos;
    }

    void endChaos() {
        chaos = false;
    }

    void at(long when, Runnable task) {
        events.add(new Event(Math.max(now, when), order++, task));
    }

    void in(long delay, Runnable task) {
        at(now + delay, task);
    }

    /** Runs the events up to a time, and a check after each. */
    void runUntil(long until, Runnable check) {
        while (violation == null) {
            Event next = events.peek();
            if (next == null || next.at() > until) {
                break;
            }
            events.remove();
            now = next.at();
            next.task().run();
            check.run();
        }
        now = Math.max(now, until);
    }

    boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    /** Uniform from zero. */
    long upTo(long nanos) {
        return random.nextLong(nanos + 1);
    }

    static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    void trace(String what) {
        if (trace.size() >= TRACE_LENGTH) {
            trace.removeFirst();
        }
        trace.addLast(String.format("%9.3f s  %s", now / 1e9, what));
    }

    void violated(String what) {
        if (violation == null) {
            violation = what;
            trace("VIOLATION " + what);
        }
    }

    @Nullable
    String violation() {
        return violation;
    }

    String traceText() {
        return String.join("\n", trace);
    }
}
