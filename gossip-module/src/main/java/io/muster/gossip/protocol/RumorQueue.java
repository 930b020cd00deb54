package io.muster.gossip.protocol;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Claims that still have to be passed on, at most one per name: a newer one replaces an older one. Those that were sent
 * least go first, among them the oldest first. Each is sent in `limit` packets and then forgotten; that leaves next to
 * nobody uninformed, and the push-pull finds those.
 *
 * One doubly linked list per number of transmissions; a claim moves from list to list. Names are looked up, never iterated.
 */
final class RumorQueue {
    /** Claims that did not fit, after which a packet counts as full. */
    private static final int MISFITS = 8;

    private static final int MAX_TRANSMISSIONS = 128;

    private static final class Entry {
        final Rumor rumor;
        int transmissions;

        @Nullable
        Entry previous;

        @Nullable
        Entry next;

        Entry(Rumor rumor) {
            this.rumor = rumor;
        }
    }

    private final Map<String, Entry> byName = new HashMap<>();
    private final @Nullable Entry[] heads = new Entry[MAX_TRANSMISSIONS];
    private final @Nullable Entry[] tails = new Entry[MAX_TRANSMISSIONS];

    boolean isEmpty() {
        return byName.isEmpty();
    }

    boolean holds(String name) {
        return byName.containsKey(name);
    }

    int size() {
        return byName.size();
    }

    void offer(Rumor rumor) {
        offer(rumor, 0);
    }

    /** Adds a claim as if it had been sent in so many packets. */
    void offer(Rumor rumor, int transmissions) {
        String name = rumor.record().id().name();
        remove(name);
        Entry entry = new Entry(rumor);
        entry.transmissions = Math.min(transmissions, MAX_TRANSMISSIONS - 1);
        byName.put(name, entry);
        append(entry);
    }

    void remove(String name) {
        Entry old = byName.remove(name);
        if (old != null) {
            unlink(old);
        }
    }

    /** Adds claims to a message that may have {@code budget} bytes, and counts them as sent. */
    void fill(Message message, int budget, int limit) {
        if (byName.isEmpty()) {
            return;
        }
        int misfits = 0;
        int highest = Math.min(limit, MAX_TRANSMISSIONS);
        Entry taken = null;
        for (int sent = 0; sent < highest && misfits < MISFITS; sent++) {
            Entry entry = heads[sent];
            while (entry != null && misfits < MISFITS) {
                Entry following = entry.next;
                int room = budget - message.maxEncodedSize();
                if (entry.rumor.record().maxEncodedSize() <= room) {
                    message.add(entry.rumor);
                    unlink(entry);
                    entry.transmissions++;
                    entry.next = taken;
                    taken = entry;
                } else {
                    misfits++;
                }
                entry = following;
            }
        }
        if (taken == null && misfits == 0) {
            forgetAll();
        }
        putBack(taken, highest);
    }

    /** The limit has come down with the number of members: all were sent often enough. */
    private void forgetAll() {
        byName.clear();
        Arrays.fill(heads, null);
        Arrays.fill(tails, null);
    }

    private void putBack(@Nullable Entry taken, int limit) {
        Entry entry = reversed(taken);
        while (entry != null) {
            Entry following = entry.next;
            entry.next = null;
            if (entry.transmissions >= limit) {
                byName.remove(entry.rumor.record().id().name());
            } else {
                append(entry);
            }
            entry = following;
        }
    }

    private static @Nullable Entry reversed(@Nullable Entry chain) {
        Entry result = null;
        Entry entry = chain;
        while (entry != null) {
            Entry following = entry.next;
            entry.next = result;
            result = entry;
            entry = following;
        }
        return result;
    }

    private void append(Entry entry) {
        int list = entry.transmissions;
        Entry tail = tails[list];
        entry.previous = tail;
        entry.next = null;
        if (tail == null) {
            heads[list] = entry;
        } else {
            tail.next = entry;
        }
        tails[list] = entry;
    }

    private void unlink(Entry entry) {
        int list = entry.transmissions;
        if (entry.previous == null) {
            heads[list] = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next == null) {
            tails[list] = entry.previous;
        } else {
            entry.next.previous = entry.previous;
        }
        entry.previous = null;
        entry.next = null;
    }
}
