package io.muster.gossip.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A binary heap ordered by (time, order of insertion), so that equal times never depend on anything else. */
final class EventQueue {
    private long[] times = new long[1024];
    private long[] orders = new long[1024];
    private @Nullable Event[] events = new Event[1024];
    private int size;
    private long nextOrder;

    void add(long time, Event event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            events = Arrays.copyOf(events, size * 2);
        }
        int hole = size++;
        long order = nextOrder++;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (times[parent] <= time) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        times[hole] = time;
        orders[hole] = order;
        events[hole] = event;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long firstTime() {
        return times[0];
    }

    Event removeFirst() {
        Event first = events[0];
        if (first == null) {
            throw new IllegalStateException("queue must not be empty");
        }
        size--;
        long time = times[size];
        long order = orders[size];
        Event event = events[size];
        events[size] = null;
        int hole = 0;
        for (int child = 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && before(child + 1, times[child], orders[child])) {
                child++;
            }
            if (!before(child, time, order)) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        if (size > 0) {
            times[hole] = time;
            orders[hole] = order;
            events[hole] = event;
        }
        return first;
    }

    private boolean before(int place, long time, long order) {
        return times[place] < time || (times[place] == time && orders[place] < order);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        events[to] = events[from];
    }
}
