package io.muster.gossip.simulation;

import io.muster.gossip.protocol.Message;
import java.util.ArrayList;
import java.util.List;

/** What is going to happen, in order of time, and virtual time itself. Events are pooled. */
final class Agenda {
    /** An event that has carried more than this gives its memory back. */
    private static final int MOST_CLAIMS_KEPT = 64;

    private final EventQueue queue = new EventQueue();
    private final List<Event> pool = new ArrayList<>();
    private long now;

    /** Nanoseconds since the start. */
    long now() {
        return now;
    }

    /** An event to be filled and {@linkplain #add added}. */
    Event event(Event.Kind kind, int node) {
        Event event = pool.isEmpty() ? new Event() : pool.remove(pool.size() - 1);
        event.kind = kind;
        event.node = node;
        event.message.start(Message.Kind.RUMORS, 0);
        return event;
    }

    void add(long time, Event event) {
        queue.add(time, event);
    }

    /** Whether something happens at {@code end} or before. */
    boolean hasUntil(long end) {
        return !queue.isEmpty() && queue.firstTime() <= end;
    }

    /** Takes the next event off, whose time it is then. */
    Event next() {
        now = queue.firstTime();
        return queue.removeFirst();
    }

    /** Nothing happens any more until {@code time}, which it is then. */
    void advance(long time) {
        now = time;
    }

    /** Takes an event back that nobody needs any more. */
    void recycle(Event event) {
        if (event.message.rumors().size() <= MOST_CLAIMS_KEPT
                && event.message.entries().size() <= MOST_CLAIMS_KEPT) {
            pool.add(event);
        }
    }
}
