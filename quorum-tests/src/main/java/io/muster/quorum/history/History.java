package io.muster.quorum.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What clients did and saw, in the order in which it ended. Thread-safe; bounded. */
public final class History {
    private final int capacity;
    private final List<Operation> operations = new ArrayList<>();

    /** @param capacity the most operations that are kept, above 0; one more is an error */
    public History(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be above 0 but was " + capacity);
        }
        this.capacity = capacity;
    }

    /**
     * Adds an operation.
     *
     * @throws IllegalStateException when it is full: a history with gaps proves nothing
     */
    public synchronized void add(Operation operation) {
        if (operations.size() == capacity) {
            throw new IllegalStateException("History of " + capacity + " operations is full");
        }
        operations.add(operation);
    }

    /** A copy of what was added so far. */
    public synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** The operations of each name. */
    public Map<String, List<Operation>> byName() {
        Map<String, List<Operation>> names = new TreeMap<>();
        for (Operation operation : operations()) {
            names.computeIfAbsent(operation.name(), name -> new ArrayList<>()).add(operation);
        }
        return names;
    }
}
