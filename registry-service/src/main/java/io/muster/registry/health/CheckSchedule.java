package io.muster.registry.health;

import io.muster.api.Check;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When each instance that has a check is looked at. The first time at once; from then on once per interval, from an offset
 * that is spread over the interval, so that those that registered together are not looked at together. Of one instance one
 * check is under way at most, of all {@value #MAX_UNDER_WAY}; who is due the longest comes first. What is late is not made up
 * for. Time is an argument; thread-safe.
 */
public final class CheckSchedule {
    static final int MAX_UNDER_WAY = 256;

    private static final Comparator<Entry> BY_DUE_TIME = (one, other) -> {
        // By their difference: the clock may overflow.
        int order = Long.compare(one.dueNanos - other.dueNanos, 0);
        return order == 0 ? Long.compare(one.number, other.number) : order;
    };

    private final Map<InstanceKey, Entry> entries = new HashMap<>();
    private final TreeSet<Entry> waiting = new TreeSet<>(BY_DUE_TIME);
    private long numbers;
    private int underWay;

    /** Follows the catalogue. */
    public synchronized void changed(Change change, long nowNanos) {
        InstanceRecord now = change.now();
        Entry known = entries.get(change.key());
        if (now == null || now.registration().check() == null) {
            if (known != null) {
                entries.remove(change.key());
                waiting.remove(known);
                known.gone = true;
            }
            return;
        }
        if (known == null) {
            Entry entry = new Entry(now, numbers++);
            entries.put(change.key(), entry);
            wait(entry, nowNanos);
        } else if (isSameLook(known.record, now)) {
            known.record = now;
        } else {
            known.record = now;
            known.settled = false;
            if (known.running == null) {
                waiting.remove(known);
                wait(known, nowNanos);
            }
        }
    }

    /** The check to begin now, if there is one; it ends by {@link #finished}. */
    public synchronized Optional<Run> next(long nowNanos) {
        if (underWay >= MAX_UNDER_WAY || waiting.isEmpty() || waiting.first().dueNanos - nowNanos > 0) {
            return Optional.empty();
        }
        Entry entry = waiting.pollFirst();
        Run run = new Run(entry.record, entry);
        entry.running = run;
        underWay++;
        return Optional.of(run);
    }

    /** A check has ended. */
    public synchronized void finished(Run run, long nowNanos) {
        Entry entry = run.entry;
        if (entry.running != run) {
            return;
        }
        entry.running = null;
        underWay--;
        if (entry.gone) {
            return;
        }
        if (!isSameLook(run.instance, entry.record)) {
            wait(entry, nowNanos);
            return;
        }
        long interval = check(entry.record).intervalNanos();
        if (entry.settled) {
            long late = Math.max(0, nowNanos - entry.dueNanos);
            wait(entry, entry.dueNanos + (late / interval + 1) * interval);
        } else {
            entry.settled = true;
            wait(entry, nowNanos + 1 + offset(entry.record.key(), interval));
        }
    }

    /** Whether two states of an instance are looked at in the same way at the same place. */
    static boolean isSameLook(InstanceRecord one, InstanceRecord other) {
        Registration a = one.registration();
        Registration b = other.registration();
        return one.generation().equals(other.generation())
                && a.host().equals(b.host())
                && one.address().equals(other.address())
                && a.port() == b.port()
                && a.secure() == b.secure()
                && check(one).equals(b.check());
    }

    private void wait(Entry entry, long dueNanos) {
        entry.dueNanos = dueNanos;
        waiting.add(entry);
    }

    private static Check check(InstanceRecord record) {
        Check check = record.registration().check();
        if (check == null) {
            throw new IllegalStateException("instance " + record.key() + " has no check");
        }
        return check;
    }

    /** Drawn from the name: it differs from one instance to the next, and nothing depends on chance. */
    private static long offset(InstanceKey key, long interval) {
        // The finalizer of MurmurHash3: names that differ in one digit are spread all the same.
        long mixed = key.toString().hashCode();
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return Math.floorMod(mixed ^ (mixed >>> 33), interval);
    }

    /** A check under way. */
    public static final class Run {
        private final InstanceRecord instance;
        private final Entry entry;

        private Run(InstanceRecord instance, Entry entry) {
            this.instance = instance;
            this.entry = entry;
        }

        /** Whom to look at, as it was registered when the check began. */
        public InstanceRecord instance() {
            return instance;
        }
    }

    private static final class Entry {
        private final long number;
        private InstanceRecord record;
        private long dueNanos;
        private boolean settled;
        private boolean gone;
        private @Nullable Run running;

        private Entry(InstanceRecord record, long number) {
            this.record = record;
            this.number = number;
        }
    }
}
