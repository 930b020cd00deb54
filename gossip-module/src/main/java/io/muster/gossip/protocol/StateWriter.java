package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * What this node writes. All its versions come from one counter, so a later write is the greater one.
 *
 * Only its owner writes a value or a count, so an entry in this node's name that it has not written is somebody's fault. It is
 * answered as an accusation is: with the right one in a higher version, which everybody takes. So many in a period and no
 * more: what is left is heard again, as the digests go on differing.
 *
 * Folding. This life folds the counts of former lives only by itself, but a former life of which it has not heard may have
 * folded the same. When it hears of that one, it takes out again what the other's floor covers; until then that counts twice
 * here. So it remembers, within bounds, what it has folded.
 */
final class StateWriter {
    /** Former lives whose counts are left alone: what they counted last may still be on its way. */
    static final int FORMER_LIVES = 4;

    private static final int REMOVED_BEFORE_FLOOR = 16;
    private static final int CORRECTIONS_PER_PERIOD = 10;
    private static final int FOLDED_REMEMBERED = 256;
    private static final long LEAP = 1L << 32;

    private record Folded(String counter, long epoch, Tally tally) {}

    /** Is told of each entry that is new, and as how many times sent it counts. */
    @FunctionalInterface
    interface Listener {
        void changed(StateEntry entry, int sent);
    }

    private final NodeContext node;
    private final StateStore store;
    private final Listener listener;
    private final List<Folded> folded = new ArrayList<>();
    private long version;
    private long correctionsSince = Long.MIN_VALUE;
    private int corrections;

    StateWriter(NodeContext node, StateStore store, Listener listener) {
        this.node = node;
        this.store = store;
        this.listener = listener;
    }

    void publish(String key, StateValue value) {
        StateEntry.requireName("key", key);
        StateEntry former = held(key);
        if (former != null && value.equals(former.value())) {
            return;
        }
        StateEntry entry = valueEntry(key, value, version + 1);
        if (!fits(entry) && countRemoved() > 0 && node.on(Rule.RAISE_FLOOR)) {
            raiseFloor();
            entry = valueEntry(key, value, version + 1);
        }
        if (!fits(entry)) {
            throw new IllegalStateException("values of a member must be at most " + OwnedState.MAX_KEYS + " keys and "
                    + OwnedState.MAX_BYTES + " bytes but were to be more with " + key);
        }
        version++;
        write(entry);
    }

    void remove(String key) {
        StateEntry former = held(key);
        if (former != null && former.value() != null) {
            write(valueEntry(key, null, ++version));
            boundRemoved();
        }
    }

    void add(String counter, long delta) {
        StateEntry.requireName("counter", counter);
        if (!hasRoomFor(counter)) {
            throw new IllegalStateException("counters of a member must be at most " + OwnedState.MAX_COUNTERS
                    + " but were to be more with " + counter);
        }
        writeCount(counter, ownTally(counter).plus(delta));
    }

    private boolean hasRoomFor(String counter) {
        OwnedState own = own();
        return own == null
                || !own.counts(counter).isEmpty()
                || own.counterNames().size() < OwnedState.MAX_COUNTERS;
    }

    void put(String map, String key, StateValue value) {
        StateEntry.requireName("map", map);
        StateEntry.requireName("key", key);
        StateEntry former = store.mapEntry(map, key);
        if ((former == null || former.value() == null) && store.liveMapEntries() >= StateStore.MAX_MAP_ENTRIES) {
            throw new IllegalStateException("maps must have at most " + StateStore.MAX_MAP_ENTRIES
                    + " entries but were to have more with " + key);
        }
        write(new StateEntry(StateEntry.Kind.MAP, map, key, node.id(), store.mapTime() + 1, value));
    }

    void remove(String map, String key) {
        StateEntry former = store.mapEntry(map, key);
        if (former != null && former.value() != null) {
            write(new StateEntry(StateEntry.Kind.MAP, map, key, node.id(), store.mapTime() + 1, null));
        }
    }

    /** Hears an entry of this very life, which is this node's own, or somebody else's in its name. */
    void hearOwn(StateEntry in) {
        boolean isFalse = in.writer().epoch() == node.id().epoch() && isForeign(in);
        if (!isFalse || !node.on(Rule.OWNER_CORRECTS) || !mayCorrect()) {
            return;
        }
        if (in.version() - version >= LEAP || in.version() > StateEntry.MAX_VERSION / 2) {
            node.counters.refusedEntries++;
            return;
        }
        node.counters.takenBack++;
        version = Math.max(version, in.version());
        if (in.kind() == StateEntry.Kind.COUNTER) {
            if (hasRoomFor(in.key())) {
                writeCount(in.key(), ownTally(in.key()));
            }
            return;
        }
        StateEntry mine = held(in.key());
        StateEntry right = in.isFloor() ? in : valueEntry(in.key(), mine == null ? null : mine.value(), version + 1);
        if (in.isFloor() || !fits(right)) {
            raiseFloor();
        } else {
            version++;
            write(right);
            boundRemoved();
        }
    }

    private boolean isForeign(StateEntry in) {
        OwnedState own = own();
        if (own == null) {
            return true;
        }
        if (in.isFloor()) {
            return in.version() > own.floorVersion();
        }
        boolean value = in.kind() == StateEntry.Kind.VALUE;
        StateEntry mine = value ? own.value(in.key()) : ownCount(own, in.key());
        return mine == null ? !value || in.version() > own.floorVersion() : in.compareTo(mine) > 0;
    }

    private boolean mayCorrect() {
        if (correctionsSince == Long.MIN_VALUE || node.now() - correctionsSince >= node.periodNanos) {
            correctionsSince = node.now();
            corrections = 0;
        }
        return corrections++ < CORRECTIONS_PER_PERIOD;
    }

    /** This life has a new epoch: what it has written it writes again under that. */
    void lifeChanged(MemberId former) {
        OwnedState own = store.owner(former.name());
        if (own == null) {
            return;
        }
        List<StateEntry> values = own.values();
        store.dropValues(former.name(), gone -> {});
        for (StateEntry entry : values) {
            node.news.remove(entry.place());
            if (entry.value() != null) {
                write(entry.by(node.id()));
            }
        }
        for (String counter : own.counterNames()) {
            StateEntry mine = ownCount(own, counter);
            if (mine != null) {
                write(mine.by(node.id()));
            }
            foldFormerLives(counter);
        }
    }

    /** Hears what a former life has counted. */
    void hearFormerLife(StateEntry former) {
        Tally theirs = Tally.of(former);
        long floor = theirs == null ? 0 : theirs.floor();
        Tally tally = ownTally(former.key());
        for (Folded item : List.copyOf(folded)) {
            boolean twice = item.counter.equals(former.key())
                    && item.epoch < floor
                    && item.epoch < former.writer().epoch();
            if (twice) {
                folded.remove(item);
                tally = tally.without(item.tally);
            }
        }
        if (!tally.equals(ownTally(former.key()))) {
            writeCount(former.key(), tally);
        }
        foldFormerLives(former.key());
    }

    /** Folds the counts of all but the last few former lives of this name into this life's. */
    private void foldFormerLives(String counter) {
        OwnedState own = own();
        if (own == null || !node.on(Rule.FOLD_LIVES)) {
            return;
        }
        List<StateEntry> former = new ArrayList<>();
        for (StateEntry entry : own.counts(counter)) {
            if (entry.writer().epoch() < node.id().epoch()) {
                former.add(entry);
            }
        }
        if (former.size() <= FORMER_LIVES) {
            return;
        }
        long floor = former.get(former.size() - FORMER_LIVES).writer().epoch();
        Tally tally = ownTally(counter);
        for (StateEntry entry : former) {
            Tally theirs = Tally.of(entry);
            if (entry.writer().epoch() < floor && theirs != null) {
                tally = tally.folding(theirs, floor);
                remember(new Folded(counter, entry.writer().epoch(), theirs));
            }
        }
        if (!tally.equals(ownTally(counter))) {
            writeCount(counter, tally);
        }
    }

    private void remember(Folded item) {
        if (folded.size() == FOLDED_REMEMBERED) {
            folded.remove(0);
        }
        folded.add(item);
    }

    private void boundRemoved() {
        if (node.on(Rule.RAISE_FLOOR) && countRemoved() >= REMOVED_BEFORE_FLOOR) {
            raiseFloor();
        }
    }

    /** Writes all values anew above a floor, so that everybody can forget the removed ones. */
    private void raiseFloor() {
        OwnedState own = own();
        List<StateEntry> all = own == null ? List.of() : own.values();
        write(valueEntry("", null, ++version));
        for (StateEntry entry : all) {
            node.news.remove(entry.place());
            if (entry.value() != null) {
                write(valueEntry(entry.key(), entry.value(), ++version));
            }
        }
    }

    private int countRemoved() {
        OwnedState own = own();
        return own == null ? 0 : own.countRemoved();
    }

    private boolean fits(StateEntry entry) {
        OwnedState own = own();
        return own == null || own.fits(entry);
    }

    private @Nullable OwnedState own() {
        return store.owner(node.id().name());
    }

    private @Nullable StateEntry held(String key) {
        OwnedState own = own();
        return own == null ? null : own.value(key);
    }

    private @Nullable StateEntry ownCount(OwnedState own, String counter) {
        for (StateEntry entry : own.counts(counter)) {
            if (entry.writer().uid().equals(node.id().uid())) {
                return entry;
            }
        }
        return null;
    }

    private Tally ownTally(String counter) {
        OwnedState own = own();
        StateEntry mine = own == null ? null : ownCount(own, counter);
        Tally tally = mine == null ? null : Tally.of(mine);
        return tally == null ? Tally.ZERO : tally;
    }

    private StateEntry valueEntry(String key, @Nullable StateValue value, long newVersion) {
        return new StateEntry(StateEntry.Kind.VALUE, "", key, node.id(), newVersion, value);
    }

    private void writeCount(String counter, Tally tally) {
        write(new StateEntry(StateEntry.Kind.COUNTER, "", counter, node.id(), ++version, tally.value()));
    }

    private void write(StateEntry entry) {
        StateStore.Outcome outcome = store.merge(entry);
        if (outcome != StateStore.Outcome.NEW) {
            throw new IllegalStateException("entry must be new but was " + outcome + ": " + entry);
        }
        listener.changed(entry, 0);
    }
}
