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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When each instance that has a check is looked at. The first time at once; from then on once per interval, from an offset
 * that is spread over the interval, so that those that registered together are not looked at together. Of one instance one
 * check is under way at most, of one owner's {@value #MAX_OF_OWNER}, so that slow ones keep nobody else waiting, of all
 * {@value #MAX_UNDER_WAY}; who is due the longest comes first. What is late is not made up for. Time is an argument;
 * thread-safe.
 */
public final class CheckSchedule {
    static final int MAX_UNDER_WAY = 1024;
    static final int MAX_OF_OWNER = MAX_UNDER_WAY / 4;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Comparator<Entry> BY_TIME = (one, other) -> {
        // By their difference: the clock may overflow.
        int order = Long.compare(one.startNanos - other.startNanos, 0);
        return order == 0 ? Long.compare(one.number, other.number) : order;
    };

    private final Map<InstanceKey, Entry> entries = new HashMap<>();
    private final Map<String, Owner> owners = new HashMap<>();

    /** Those that wait for a check and may begin one, by the first that waits. */
    private final TreeSet<Owner> ready =
            new TreeSet<>((one, other) -> BY_TIME.compare(one.waiting.first(), other.waiting.first()));

    private long numbers;
    private int underWay;

    /** Follows the catalogue. */
    public synchronized void changed(Change change, long nowNanos) {
        InstanceRecord now = change.now();
        Entry known = entries.get(change.key());
        if (now == null || now.registration().check() == null) {
            if (known != null) {
                entries.remove(change.key());
                leave(known);
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
                leave(known);
                wait(known, nowNanos);
            }
        }
    }

    /** The check to begin now, if there is one; it ends by {@link #finished} or {@link #skipped}. */
    public synchronized Optional<Run> next(long nowNanos) {
        if (underWay >= MAX_UNDER_WAY || ready.isEmpty()) {
            return Optional.empty();
        }
        Owner owner = ready.first();
        Entry entry = owner.waiting.first();
        if (entry.startNanos - nowNanos > 0) {
            return Optional.empty();
        }
        ready.remove(owner);
        owner.waiting.remove(entry);
        owner.underWay++;
        rank(owner);
        entry.waitsWith = null;
        Run run = new Run(entry.record, entry, owner);
        entry.running = run;
        underWay++;
        return Optional.of(run);
    }

    /** A check has ended. */
    public synchronized void finished(Run run, long nowNanos) {
        if (!release(run, nowNanos)) {
            return;
        }
        Entry entry = run.entry;
        long interval = check(entry.record).intervalNanos();
        if (entry.settled) {
            long late = Math.max(0, nowNanos - entry.dueNanos);
            wait(entry, entry.dueNanos + (late / interval + 1) * interval);
        } else {
            entry.settled = true;
            wait(entry, nowNanos + 1 + offset(entry.record.key(), interval));
        }
    }

    /** A check has ended, and nobody was asked: that is made up for after a second to a second and a half. */
    public synchronized void skipped(Run run, long nowNanos) {
        if (release(run, nowNanos)) {
            // Spread, and apart from the time that its interval gives: what was too much at once stays apart.
            long pause = RETRY_NANOS + offset(run.entry.record.key(), RETRY_NANOS / 2);
            run.entry.startNanos = nowNanos + pause;
            join(run.entry);
        }
    }

    /** Gives the place back; answers whether it is left to say when the instance is looked at next. */
    private boolean release(Run run, long nowNanos) {
        Entry entry = run.entry;
        if (entry.running != run) {
            return false;
        }
        entry.running = null;
        underWay--;
        unrank(run.owner);
        run.owner.underWay--;
        rank(run.owner);
        if (entry.gone) {
            return false;
        }
        boolean same = isSameLook(run.instance, entry.record);
        if (!same) {
            wait(entry, nowNanos);
        }
        return same;
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
        entry.startNanos = dueNanos;
        join(entry);
    }

    private void join(Entry entry) {
        Owner owner = owners.computeIfAbsent(entry.record.owner(), Owner::new);
        unrank(owner);
        owner.waiting.add(entry);
        rank(owner);
        entry.waitsWith = owner;
    }

    private void leave(Entry entry) {
        Owner owner = entry.waitsWith;
        if (owner != null) {
            entry.waitsWith = null;
            unrank(owner);
            owner.waiting.remove(entry);
            rank(owner);
        }
    }

    /** Before its place may change: a tree finds what it holds only where it was put. */
    private void unrank(Owner owner) {
        if (owner.isReady()) {
            ready.remove(owner);
        }
    }

    private void rank(Owner owner) {
        if (owner.isReady()) {
            ready.add(owner);
        } else if (owner.waiting.isEmpty() && owner.underWay == 0) {
            owners.remove(owner.name);
        }
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
        private final Owner owner;

        private Run(InstanceRecord instance, Entry entry, Owner owner) {
            this.instance = instance;
            this.entry = entry;
            this.owner = owner;
        }

        /** Whom to look at, as it was registered when the check began. */
        public InstanceRecord instance() {
            return instance;
        }
    }

    private static final class Owner {
        private final String name;
        private final TreeSet<Entry> waiting = new TreeSet<>(BY_TIME);
        private int underWay;

        private Owner(String name) {
            this.name = name;
        }

        private boolean isReady() {
            return underWay < MAX_OF_OWNER && !waiting.isEmpty();
        }
    }

    private static final class Entry {
        private final long number;
        private InstanceRecord record;

        /** When its interval wants it looked at, and when it may be: later than that when it was skipped. */
        private long dueNanos;

        private long startNanos;
        private boolean settled;
        private boolean gone;
        private @Nullable Run running;
        private @Nullable Owner waitsWith;

        private Entry(InstanceRecord record, long number) {
            this.record = record;
            this.number = number;
        }
    }
}
