package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * What is held of one name: the values of its latest life, and what its lives have added to counters.
 *
 * Values. Of each key the entry with the highest version. A removed key stays as an entry without a value, until its writer
 * raises the floor: then it writes all values anew above the floor, and whoever holds the floor drops, and refuses, all that is
 * not above it. So what is removed does not come back, and the number of removed keys is bounded without clocks.
 *
 * Counters. One entry per life, as two lives of a name may not know of each other's last increments. A later life that holds
 * the entries of many former ones folds the earliest into its own and raises its floor, below which entries are dropped and
 * refused. Two lives of one uid are one life that has changed its epoch while joining.
 *
 * Both are join semilattices: floors and versions only rise.
 */
final class OwnedState {
    static final int MAX_KEYS = 64;
    static final int MAX_BYTES = 8192;
    static final int MAX_COUNTERS = 32;
    static final int MAX_LIVES = 8;

    private final StateDigest digest;
    private final Map<String, StateEntry> values = new LinkedHashMap<>();
    private final Map<String, List<StateEntry>> counters = new LinkedHashMap<>();
    private @Nullable StateEntry floor;
    private @Nullable MemberId life;
    private int bytes;
    private long latest;

    OwnedState(StateDigest digest) {
        this.digest = digest;
    }

    StateStore.Outcome merge(StateEntry in) {
        return in.kind() == StateEntry.Kind.VALUE ? mergeValue(in) : mergeCount(in);
    }

    private StateStore.Outcome mergeValue(StateEntry in) {
        int byLife = life == null ? 1 : in.writer().compareLives(life);
        if (byLife < 0) {
            return StateStore.Outcome.OLD;
        }
        if (byLife > 0) {
            dropValues(gone -> {});
            life = in.writer();
        }
        if (in.isFloor()) {
            return raiseFloor(in);
        }
        if (in.version() <= floorVersion()) {
            return StateStore.Outcome.OLD;
        }
        StateEntry mine = values.get(in.key());
        int order = mine == null ? 1 : in.compareTo(mine);
        if (order <= 0) {
            return order == 0 ? StateStore.Outcome.KNOWN : StateStore.Outcome.OLD;
        }
        if (!fits(in)) {
            return StateStore.Outcome.REFUSED;
        }
        if (mine != null) {
            digest.remove(mine);
        }
        values.put(in.key(), in);
        digest.add(in);
        bytes += in.size() - (mine == null ? 0 : mine.size());
        latest = Math.max(latest, in.version());
        return StateStore.Outcome.NEW;
    }

    /** Whether the bounds leave room for a value. */
    boolean fits(StateEntry in) {
        StateEntry mine = values.get(in.key());
        int grown = bytes + in.size() - (mine == null ? 0 : mine.size());
        return grown <= MAX_BYTES && (mine != null || values.size() < MAX_KEYS);
    }

    private StateStore.Outcome raiseFloor(StateEntry in) {
        long held = floorVersion();
        if (in.version() <= held) {
            return in.version() == held ? StateStore.Outcome.KNOWN : StateStore.Outcome.OLD;
        }
        if (floor != null) {
            digest.remove(floor);
        }
        floor = in;
        digest.add(in);
        latest = Math.max(latest, in.version());
        values.values().removeIf(entry -> {
            boolean below = entry.version() <= in.version();
            if (below) {
                digest.remove(entry);
                bytes -= entry.size();
            }
            return below;
        });
        return StateStore.Outcome.NEW;
    }

    private StateStore.Outcome mergeCount(StateEntry in) {
        Tally tally = Tally.of(in);
        if (tally == null || (!counters.containsKey(in.key()) && counters.size() >= MAX_COUNTERS)) {
            return StateStore.Outcome.REFUSED;
        }
        List<StateEntry> lives = counters.computeIfAbsent(in.key(), unused -> new ArrayList<>(1));
        StateEntry mine = null;
        for (StateEntry entry : lives) {
            if (entry.writer().uid().equals(in.writer().uid())) {
                mine = entry;
            } else if (floorOf(entry) > in.writer().epoch()) {
                return StateStore.Outcome.OLD;
            }
        }
        int order = mine == null ? 1 : in.compareTo(mine);
        if (order <= 0) {
            return order == 0 ? StateStore.Outcome.KNOWN : StateStore.Outcome.OLD;
        }
        if (mine == null
                && lives.size() >= MAX_LIVES
                && in.writer().compareLives(lives.get(0).writer()) < 0) {
            return StateStore.Outcome.REFUSED;
        }
        lives.removeIf(entry -> {
            boolean covered = entry.writer().uid().equals(in.writer().uid())
                    || entry.writer().epoch() < tally.floor();
            if (covered) {
                digest.remove(entry);
            }
            return covered;
        });
        insert(lives, in);
        return StateStore.Outcome.NEW;
    }

    private void insert(List<StateEntry> lives, StateEntry in) {
        int place = lives.size();
        while (place > 0 && lives.get(place - 1).writer().compareLives(in.writer()) > 0) {
            place--;
        }
        lives.add(place, in);
        digest.add(in);
        if (lives.size() > MAX_LIVES) {
            digest.remove(lives.remove(0));
        }
    }

    private static long floorOf(StateEntry entry) {
        Tally tally = Tally.of(entry);
        return tally == null ? 0 : tally.floor();
    }

    /** Forgets the values, and tells those that had not been removed. */
    void dropValues(Consumer<StateEntry> gone) {
        for (StateEntry entry : values.values()) {
            digest.remove(entry);
            if (entry.value() != null) {
                gone.accept(entry);
            }
        }
        values.clear();
        if (floor != null) {
            digest.remove(floor);
        }
        floor = null;
        life = null;
        bytes = 0;
        latest = 0;
    }

    void dropCounters() {
        for (List<StateEntry> lives : counters.values()) {
            lives.forEach(digest::remove);
        }
        counters.clear();
    }

    void forEach(Consumer<StateEntry> action) {
        if (floor != null) {
            action.accept(floor);
        }
        values.values().forEach(action);
        for (List<StateEntry> lives : counters.values()) {
            lives.forEach(action);
        }
    }

    /** Whether there is an entry in the place of this one. */
    boolean holds(StateEntry like) {
        if (like.kind() == StateEntry.Kind.VALUE) {
            return like.isFloor() ? floor != null : values.containsKey(like.key());
        }
        for (StateEntry entry : counts(like.key())) {
            if (entry.writer().uid().equals(like.writer().uid())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the values, if there are any, are of a life. */
    boolean isOf(MemberId id) {
        return life == null || life.equals(id);
    }

    boolean isEmpty() {
        return floor == null && values.isEmpty() && counters.isEmpty();
    }

    @Nullable
    StateEntry value(String key) {
        return values.get(key);
    }

    /** Removed ones included. */
    List<StateEntry> values() {
        return new ArrayList<>(values.values());
    }

    /** Entries of a counter, by rising life. */
    List<StateEntry> counts(String counter) {
        return counters.getOrDefault(counter, List.of());
    }

    List<String> counterNames() {
        return new ArrayList<>(counters.keySet());
    }

    /** The highest version that was seen of the latest life's values. */
    long latest() {
        return latest;
    }

    /** Keys that are held as removed. */
    int countRemoved() {
        int removed = 0;
        for (StateEntry entry : values.values()) {
            removed += entry.value() == null ? 1 : 0;
        }
        return removed;
    }

    /** 0 without a floor. */
    long floorVersion() {
        return floor == null ? 0 : floor.version();
    }
}
