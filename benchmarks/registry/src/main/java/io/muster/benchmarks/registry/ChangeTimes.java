package io.muster.benchmarks.registry;

import io.muster.benchmarks.report.Latencies;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * When changes were answered and when each watcher saw them. A change is known by the weight that it sets, which no other
 * change of the run sets. Times are of {@link System#nanoTime()}. Not thread-safe.
 */
final class ChangeTimes {
    /** The weight of the first change, above that of an instance that was never changed. */
    static final int FIRST_WEIGHT = 101;

    private final List<Change> changes = new ArrayList<>();

    private static final class Change {
        private final boolean measured;
        private final long[] seenAt;
        private final BitSet seenBy = new BitSet();
        private long answered;
        private int seen;

        Change(int watchers, boolean measured) {
            this.measured = measured;
            this.seenAt = new long[watchers];
        }

        void seen(int watcher, long now) {
            if (!seenBy.get(watcher) && seen < seenAt.length) {
                seenBy.set(watcher);
                seenAt[seen++] = now;
            }
        }

        boolean complete() {
            return answered != 0 && seen == seenAt.length;
        }

        /** From the answer to the watcher in this place; 0 when it was faster than the answer, never when it did not see it. */
        long latency(int place) {
            return answered == 0 || place >= seen ? Long.MAX_VALUE : Math.max(0, seenAt[place] - answered);
        }

        long largestLatency() {
            long largest = 0;
            for (int i = 0; i < seenAt.length; i++) {
                largest = Math.max(largest, latency(i));
            }
            return largest;
        }
    }

    /**
     * A change is about to be sent.
     *
     * @param watchers how many will see it
     * @param measured whether it counts
     * @return the weight that it has to set
     */
    int next(int watchers, boolean measured) {
        changes.add(new Change(watchers, measured));
        return FIRST_WEIGHT + changes.size() - 1;
    }

    void answered(int weight, long now) {
        changes.get(weight - FIRST_WEIGHT).answered = now;
    }

    /** A watcher has the instance with this weight; only the first time counts, and only weights that were set. */
    void seen(int weight, int watcher, long now) {
        int number = weight - FIRST_WEIGHT;
        if (number >= 0 && number < changes.size()) {
            changes.get(number).seen(watcher, now);
        }
    }

    /** For each change that counts and each of its watchers the time from the answer. */
    Latencies toWatchers() {
        Latencies latencies = new Latencies();
        for (Change change : changes) {
            for (int i = 0; change.measured && i < change.seenAt.length; i++) {
                latencies.add(change.latency(i));
            }
        }
        return latencies;
    }

    /** For each change that counts the time from the answer to its last watcher. */
    Latencies toLastWatcher() {
        Latencies latencies = new Latencies();
        for (Change change : changes) {
            if (change.measured) {
                latencies.add(change.largestLatency());
            }
        }
        return latencies;
    }

    /** How many of those that count were not answered well, or not seen by all their watchers. */
    long incomplete() {
        return changes.stream()
                .filter(change -> change.measured && !change.complete())
                .count();
    }
}
