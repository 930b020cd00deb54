package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * All that is held of what members share: per name its values and counts, and the maps that everybody writes. Merging takes
 * any entry in any order. Nothing depends on the order of a hash table; lists are in the order of arrival.
 *
 * Maps are bounded together, removed entries included, which are remembered as long as there is room. When there is none, the
 * entry that gives way is a removed one before any other, then the one written first: an order that all share, so that nodes
 * which were full at different times end up with the same.
 */
final class StateStore {
    static final int MAX_MAP_ENTRIES = 512;

    /** What became of an entry. */
    enum Outcome {
        /** It was kept. */
        NEW,
        /** It is held already. */
        KNOWN,
        /** What is held is greater. */
        OLD,
        /** It exceeds a bound or makes no sense. */
        REFUSED
    }

    private final StateDigest digest;
    private final Map<String, OwnedState> owners = new LinkedHashMap<>();
    private final Map<StateEntry.Place, StateEntry> maps = new LinkedHashMap<>();
    private long mapTime;

    StateStore(StateDigest digest) {
        this.digest = digest;
    }

    StateDigest digest() {
        return digest;
    }

    Outcome merge(StateEntry in) {
        if (in.kind() == StateEntry.Kind.MAP) {
            return mergeMapEntry(in);
        }
        OwnedState owner = owners.get(in.writer().name());
        if (owner != null) {
            return owner.merge(in);
        }
        OwnedState made = new OwnedState(digest);
        Outcome outcome = made.merge(in);
        if (outcome == Outcome.NEW) {
            owners.put(in.writer().name(), made);
        }
        return outcome;
    }

    private Outcome mergeMapEntry(StateEntry in) {
        StateEntry mine = maps.get(in.place());
        int order = mine == null ? 1 : in.compareTo(mine);
        if (order <= 0) {
            return order == 0 ? Outcome.KNOWN : Outcome.OLD;
        }
        if (mine == null && maps.size() >= MAX_MAP_ENTRIES && !makeRoomFor(in)) {
            return Outcome.REFUSED;
        }
        if (mine != null) {
            digest.remove(mine);
        }
        maps.put(in.place(), in);
        digest.add(in);
        mapTime = Math.max(mapTime, in.version());
        return Outcome.NEW;
    }

    private boolean makeRoomFor(StateEntry in) {
        StateEntry least = in;
        for (StateEntry entry : maps.values()) {
            least = gaveWayBefore(entry, least) ? entry : least;
        }
        if (least.equals(in)) {
            return false;
        }
        maps.remove(least.place());
        digest.remove(least);
        return true;
    }

    private static boolean gaveWayBefore(StateEntry one, StateEntry other) {
        boolean oneRemoved = one.value() == null;
        boolean otherRemoved = other.value() == null;
        if (oneRemoved != otherRemoved) {
            return oneRemoved;
        }
        int order = one.compareTo(other);
        if (order != 0) {
            return order < 0;
        }
        int byMap = one.scope().compareTo(other.scope());
        return byMap != 0 ? byMap < 0 : one.key().compareTo(other.key()) < 0;
    }

    /** Whether there is an entry in the place of this one. */
    boolean holds(StateEntry like) {
        if (like.kind() == StateEntry.Kind.MAP) {
            return maps.containsKey(like.place());
        }
        OwnedState owner = owners.get(like.writer().name());
        return owner != null && owner.holds(like);
    }

    /** What is held of a name, or null. */
    @Nullable
    OwnedState owner(String name) {
        return owners.get(name);
    }

    /** Names of which something is held, in alphabetical order. */
    List<String> ownerNames() {
        return new ArrayList<>(new TreeSet<>(owners.keySet()));
    }

    @Nullable
    StateEntry mapEntry(String map, String key) {
        return maps.get(new StateEntry.Place(StateEntry.Kind.MAP, map, key, 0));
    }

    void forEachMapEntry(Consumer<StateEntry> action) {
        maps.values().forEach(action);
    }

    /** Entries of all maps, removed ones included. */
    int mapEntries() {
        return maps.size();
    }

    int liveMapEntries() {
        int live = 0;
        for (StateEntry entry : maps.values()) {
            live += entry.value() == null ? 0 : 1;
        }
        return live;
    }

    /** The highest time that was seen in an entry of a map. */
    long mapTime() {
        return mapTime;
    }

    /** What all lives of all names have added to a counter; at most 2^62 to either side. */
    long count(String counter) {
        long sum = 0;
        for (OwnedState owner : owners.values()) {
            for (StateEntry entry : owner.counts(counter)) {
                Tally tally = Tally.of(entry);
                sum += tally == null ? 0 : tally.net();
                sum = Math.max(-(1L << 62), Math.min(1L << 62, sum));
            }
        }
        return sum;
    }

    /** Forgets the values of a name. */
    void dropValues(String name, Consumer<StateEntry> gone) {
        OwnedState owner = owners.get(name);
        if (owner != null) {
            owner.dropValues(gone);
            if (owner.isEmpty()) {
                owners.remove(name);
            }
        }
    }

    /** Forgets everything of the names that are not wanted. */
    void dropOwners(Predicate<String> unwanted) {
        owners.entrySet().removeIf(entry -> {
            boolean drop = unwanted.test(entry.getKey());
            if (drop) {
                entry.getValue().dropValues(gone -> {});
                entry.getValue().dropCounters();
            }
            return drop;
        });
    }

    void forEach(Consumer<StateEntry> action) {
        owners.values().forEach(owner -> owner.forEach(action));
        maps.values().forEach(action);
    }
}
