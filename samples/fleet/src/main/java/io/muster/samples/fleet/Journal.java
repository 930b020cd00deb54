package io.muster.samples.fleet;

import java.util.ArrayList;
import java.util.List;

/** What was done to the fleet, and how long it took until all knew. Thread-safe. */
final class Journal {
    /** Whether all know. */
    enum Outcome {
        WAITING,
        KNOWN,
        /** Not within the limit. */
        MISSED
    }

    /**
     * One thing that was done.
     *
     * @param what such as {@code "killed 10"}
     * @param goal what is waited for, such as {@code "all know"}
     * @param tookMillis until then; 0 unless the outcome is {@link Outcome#KNOWN}
     */
    record Entry(long atMillis, String what, String goal, Outcome outcome, long tookMillis) {}

    private final List<Entry> entries = new ArrayList<>();

    synchronized Entry begin(long atMillis, String what, String goal) {
        Entry entry = new Entry(atMillis, what, goal, Outcome.WAITING, 0);
        entries.add(entry);
        return entry;
    }

    /** Ends the last one that was begun. */
    synchronized Entry end(Outcome outcome, long tookMillis) {
        int last = entries.size() - 1;
        Entry begun = entries.get(last);
        Entry ended = new Entry(begun.atMillis(), begun.what(), begun.goal(), outcome, tookMillis);
        entries.set(last, ended);
        return ended;
    }

    /** A copy. */
    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }
}
