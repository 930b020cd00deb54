package io.muster.gossip.protocol;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What members share, as one node sees it: values that each publishes of itself, counters that all add to, and maps that all
 * write. Not thread-safe; to be changed within {@link SwimNode#change} alone.
 *
 * <p>Bounds, which are the same on all nodes: names of 1 to 64 plain characters; values of 256 bytes; per member 64 keys and
 * 8 KiB, removed keys included, and 32 counters; in all maps together 512 entries, removed ones included as long as there is
 * room; 250,000 entries in all.
 * What would exceed them is refused here, and dropped and counted where it comes from others.
 */
public final class SharedState {
    /*
     * An entry is taken only as long as its writer is what the table says: values while the very life that wrote them is held
     * for alive or suspect, counts as long as the name is remembered and passed on. So the table bounds all that is held.
     */
    private static final long LEAP = 1L << 32;
    private static final int BULK = 32;
    private static final int MOST_ENTRIES = 250_000;

    private final NodeContext node;
    private final StateStore store;
    private final StateWriter writer;
    private long lastChangeAt = Long.MIN_VALUE;

    SharedState(NodeContext node) {
        this.node = node;
        this.store = new StateStore(node.stateDigest);
        this.writer = new StateWriter(node, store, this::changed);
    }

    StateStore store() {
        return store;
    }

    /** Whether nothing has changed for one period. */
    boolean isQuiet() {
        return lastChangeAt == Long.MIN_VALUE || node.now() - lastChangeAt >= node.periodNanos;
    }

    /**
     * Publishes a value of this node.
     *
     * @throws IllegalStateException if this node would have more than 64 keys or 8 KiB
     */
    public void publish(String key, StateValue value) {
        writer.publish(key, value);
    }

    /** Removes a value of this node, if there is one. */
    public void remove(String key) {
        writer.remove(key);
    }

    /**
     * Adds to a counter, or takes from it.
     *
     * @throws IllegalStateException if this node would count in more than 32, or further than 2^60
     */
    public void add(String counter, long delta) {
        writer.add(counter, delta);
    }

    /**
     * Writes an entry of a map. Of two writes that do not know of each other everybody keeps the same one.
     *
     * @throws IllegalStateException if all maps together would have more than 512
     */
    public void put(String map, String key, StateValue value) {
        writer.put(map, key, value);
    }

    /** Removes an entry of a map, if there is one. */
    public void remove(String map, String key) {
        writer.remove(map, key);
    }

    /** The values of a member, by key; empty if it is none. */
    public Map<String, StateValue> values(String member) {
        Map<String, StateValue> values = new TreeMap<>();
        OwnedState owner = store.owner(member);
        if (owner != null) {
            for (StateEntry entry : owner.values()) {
                StateValue value = entry.value();
                if (value != null) {
                    values.put(entry.key(), value);
                }
            }
        }
        return values;
    }

    /** The values of all members that have any, by name and key. */
    public Map<String, Map<String, StateValue>> values() {
        Map<String, Map<String, StateValue>> all = new TreeMap<>();
        for (String name : store.ownerNames()) {
            Map<String, StateValue> values = values(name);
            if (!values.isEmpty()) {
                all.put(name, values);
            }
        }
        return all;
    }

    /** What members, and those that are remembered, have added to a counter less what they have taken from it. */
    public long count(String counter) {
        return store.count(counter);
    }

    /** A map, by key. */
    public Map<String, StateValue> map(String map) {
        Map<String, StateValue> values = new TreeMap<>();
        store.forEachMapEntry(entry -> {
            StateValue value = entry.value();
            if (value != null && entry.scope().equals(map)) {
                values.put(entry.key(), value);
            }
        });
        return values;
    }

    /** An entry of a map. */
    public Optional<StateValue> mapValue(String map, String key) {
        StateEntry entry = store.mapEntry(map, key);
        return entry == null ? Optional.empty() : Optional.ofNullable(entry.value());
    }

    /** 64 bits that are equal on nodes that hold the same. */
    public long digest() {
        return store.digest().root();
    }

    /** Takes up what a message brings. Many entries at once come by push-pull, and go on by it: each is sent in one round only. */
    void mergeAll(Message message) {
        boolean bulk = message.entryCount() >= BULK;
        int sent = bulk
                ? Math.max(0, node.transmitLimit() - node.config.spreading().fanout())
                : 0;
        for (int i = 0; i < message.entryCount(); i++) {
            merge(message.entry(i), sent);
        }
    }

    private void merge(StateEntry in, int sent) {
        boolean ofThisName = in.kind() != StateEntry.Kind.MAP
                && in.writer().nameHash() == node.id().nameHash();
        if (ofThisName && in.writer().uid().equals(node.id().uid())) {
            writer.hearOwn(in);
            return;
        }
        if (leaps(in) || (!ofThisName && isTooMuch(in))) {
            node.counters.refusedEntries++;
            return;
        }
        if (!isByMember(in)) {
            node.counters.strangeEntries++;
            return;
        }
        StateStore.Outcome outcome = store.merge(in);
        if (outcome == StateStore.Outcome.REFUSED) {
            node.counters.refusedEntries++;
        } else if (outcome == StateStore.Outcome.KNOWN && node.news.size() > BULK) {
            node.news.heardAgain(in.place());
        } else if (outcome == StateStore.Outcome.NEW) {
            changed(in, sent);
            if (ofThisName && in.kind() == StateEntry.Kind.COUNTER) {
                writer.hearFormerLife(in);
            }
        }
    }

    private boolean isTooMuch(StateEntry in) {
        return store.digest().entries() >= MOST_ENTRIES && in.kind() != StateEntry.Kind.MAP && !store.holds(in);
    }

    private boolean isByMember(StateEntry in) {
        if (in.kind() == StateEntry.Kind.MAP) {
            return true;
        }
        int slot = node.table.slotOf(in.writer().nameHash());
        if (slot == MemberTable.NONE) {
            return false;
        }
        MemberRecord record = node.table.at(slot);
        if (in.kind() == StateEntry.Kind.VALUE) {
            return record.isLive() && record.id().equals(in.writer());
        }
        return !node.table.isHidden(slot)
                && record.id().name().equals(in.writer().name())
                && in.writer().compareLives(record.id()) <= 0;
    }

    private boolean leaps(StateEntry in) {
        if (!node.on(Rule.CLAMP)) {
            return false;
        }
        OwnedState owner = store.owner(in.writer().name());
        long known = switch (in.kind()) {
            case VALUE -> owner == null ? 0 : owner.latest();
            case COUNTER -> 0;
            case MAP -> store.mapTime();
        };
        return in.version() - known >= LEAP;
    }

    /** An entry is new here: it is passed on as if it had been sent so many times, and told. */
    private void changed(StateEntry entry, int sent) {
        lastChangeAt = node.now();
        node.news.offer(entry, sent);
        if (!entry.isFloor()) {
            String source = entry.kind() == StateEntry.Kind.MAP
                    ? entry.scope()
                    : entry.writer().name();
            StateValue value = entry.kind() == StateEntry.Kind.COUNTER ? null : entry.value();
            node.emit(new StateEvent(entry.kind(), source, entry.key(), value));
        }
    }

    /** This node has a new epoch. */
    void lifeChanged(MemberId former) {
        writer.lifeChanged(former);
    }

    /** What became of a member: the values of a life that has ended are forgotten. */
    void memberChanged(MemberRecord record) {
        String name = record.id().name();
        OwnedState owner = store.owner(name);
        if (owner == null || (record.isLive() && owner.isOf(record.id()))) {
            return;
        }
        store.dropValues(name, gone -> {
            node.news.remove(gone.place());
            node.emit(new StateEvent(StateEntry.Kind.VALUE, name, gone.key(), null));
        });
    }

    /** Forgets names that the table has forgotten, or no longer passes on. */
    void sweep() {
        store.dropOwners(name -> {
            int slot = node.table.slotOf(Hashing.of(name));
            return slot == MemberTable.NONE || node.table.isHidden(slot);
        });
    }
}
