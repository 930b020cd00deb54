package io.muster.registry.engine;

import io.muster.api.Position;
import io.muster.registry.catalogue.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The newest changes of a catalogue, up to a bound. Not thread-safe: its engine guards it. */
public final class ChangeLog {
    private final Change[] ring;
    private long first;
    private long next;

    /**
     * @param capacity how many changes it remembers, at least 1
     * @param index the index of the last change before it begins
     */
    public ChangeLog(int capacity, long index) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1 but was " + capacity);
        }
        this.ring = new Change[capacity];
        this.first = index + 1;
        this.next = index + 1;
    }

    /** Adds changes whose indexes follow on without a gap. */
    public void append(Collection<Change> changes) {
        for (Change change : changes) {
            if (change.index() != next) {
                throw new IllegalStateException("change must have index " + next + " but had " + change.index());
            }
            ring[slot(next)] = change;
            next++;
            if (next - first > ring.length) {
                first++;
            }
        }
    }

    /** What changed between {@code from} and {@code now}. */
    public Changes since(Position from, Position now) {
        if (!now.covers(from) || from.index() + 1 < first) {
            return new Changes(false, List.of(), now);
        }
        List<Change> changes = new ArrayList<>((int) (next - 1 - from.index()));
        for (long index = from.index() + 1; index < next; index++) {
            changes.add(ring[slot(index)]);
        }
        return new Changes(true, changes, now);
    }

    private int slot(long index) {
        return (int) (index % ring.length);
    }
}
