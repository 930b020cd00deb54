package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/*
 * Who is suspected, by whom, and until when. A suspicion that others confirm independently runs out sooner.
 *
 * Deadlines are in a heap ordered by (time, sequence number). A deadline that moves gets a new entry and leaves the old one
 * behind, which is passed over; a deadline moves at most once per confirmation, so entries stay in proportion to suspects.
 */
final class Suspicions {
    static final class Suspicion {
        final int slot;
        final long startedAt;
        final long min;
        final long max;
        final int needed;
        final List<Long> accusers = new ArrayList<>();
        long deadline;

        Suspicion(int slot, long startedAt, long min, long max, int needed) {
            this.slot = slot;
            this.startedAt = startedAt;
            this.min = min;
            this.max = max;
            this.needed = needed;
            this.deadline = startedAt + max;
        }
    }

    private record Entry(long at, long order, Suspicion suspicion) {}

    private final Map<Integer, Suspicion> bySlot = new HashMap<>();
    private final PriorityQueue<Entry> deadlines =
            new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparingLong(Entry::order));
    private long order;

    void start(int slot, long accuser, long now, long min, long max, int needed) {
        Suspicion suspicion = new Suspicion(slot, now, min, needed == 0 ? min : max, needed);
        if (accuser != 0) {
            suspicion.accusers.add(accuser);
        }
        bySlot.put(slot, suspicion);
        schedule(suspicion);
    }

    /** Whether this accuser is new, and still wanted. The first accuser is no confirmation. */
    boolean confirm(int slot, long accuser) {
        Suspicion suspicion = bySlot.get(slot);
        if (suspicion == null
                || accuser == 0
                || suspicion.accusers.size() > suspicion.needed
                || suspicion.accusers.contains(accuser)) {
            return false;
        }
        suspicion.accusers.add(accuser);
        int confirmations = suspicion.accusers.size() - 1;
        suspicion.deadline = Math.min(
                suspicion.deadline,
                suspicion.startedAt
                        + Timing.suspicionNanos(suspicion.min, suspicion.max, confirmations, suspicion.needed));
        schedule(suspicion);
        return true;
    }

    void cancel(int slot) {
        if (bySlot.remove(slot) != null && bySlot.isEmpty()) {
            deadlines.clear();
        }
    }

    /** Gives a suspect its shortest time anew: this node has not been listening. */
    void renew(Suspicion suspicion, long now) {
        suspicion.deadline = now + suspicion.min;
        schedule(suspicion);
    }

    void renewAll(MemberTable table, long now) {
        for (int slot = 0; slot < table.slots() && !bySlot.isEmpty(); slot++) {
            Suspicion suspicion = bySlot.get(slot);
            if (suspicion != null) {
                renew(suspicion, now);
            }
        }
    }

    @Nullable
    Suspicion of(int slot) {
        return bySlot.isEmpty() ? null : bySlot.get(slot);
    }

    int size() {
        return bySlot.size();
    }

    /** When {@link #due} will have something to say; {@link Long#MAX_VALUE} for never. */
    long nextAt() {
        Entry first = deadlines.peek();
        return first == null ? Long.MAX_VALUE : first.at;
    }

    /** A suspicion that has run out, or null. */
    @Nullable
    Suspicion due(long now) {
        while (!deadlines.isEmpty() && deadlines.peek().at <= now) {
            Suspicion suspicion = deadlines.remove().suspicion;
            if (bySlot.get(suspicion.slot) == suspicion && suspicion.deadline <= now) {
                return suspicion;
            }
        }
        return null;
    }

    private void schedule(Suspicion suspicion) {
        deadlines.add(new Entry(suspicion.deadline, order++, suspicion));
    }
}
