package io.muster.gossip.protocol;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * What still has to be passed on, at most one thing per subject: a newer one replaces an older one. Those that were sent
 * least go first, among them the oldest first. Each is sent in `limit` packets and then forgotten; that leaves next to
 * nobody uninformed, and the push-pull finds those.
 *
 * One doubly linked list per number of transmissions; a thing moves from list to list. Subjects are looked up, never iterated.
 */
final class SpreadQueue<T extends Spreadable> {
    /** Things that did not fit, after which a packet counts as full. */
    private static final int MISFITS = 8;

    private static final int MAX_TRANSMISSIONS = 128;

    private static final class Entry {
        final Spreadable thing;
        int transmissions;

        @Nullable
        Entry previous;

        @Nullable
        Entry next;

        Entry(Spreadable thing) {
            this.thing = thing;
        }
    }

    private final Map<Object, Entry> bySubject = new HashMap<>();
    private final @Nullable Entry[] heads = new Entry[MAX_TRANSMISSIONS];
    private final @Nullable Entry[] tails = new Entry[MAX_TRANSMISSIONS];

    boolean isEmpty() {
        return bySubject.isEmpty();
    }

    boolean holds(Object subject) {
        return bySubject.containsKey(subject);
    }

    int size() {
        return bySubject.size();
    }

    void offer(T thing) {
        offer(thing, 0);
    }

    /** Adds a thing as if it had been sent in so many packets. */
    void offer(T thing, int transmissions) {
        Object subject = thing.subject();
        remove(subject);
        Entry entry = new Entry(thing);
        entry.transmissions = Math.min(transmissions, MAX_TRANSMISSIONS - 1);
        bySubject.put(subject, entry);
        append(entry);
    }

    void remove(Object subject) {
        Entry old = bySubject.remove(subject);
        if (old != null) {
            unlink(old);
        }
    }

    /** Somebody else has sent a thing too: that counts as once sent. */
    void heardAgain(Object subject) {
        Entry entry = bySubject.get(subject);
        if (entry != null && entry.transmissions < MAX_TRANSMISSIONS - 1) {
            unlink(entry);
            entry.transmissions++;
            append(entry);
        }
    }

    /** Adds things to a message that may have {@code budget} bytes, and counts them as sent. */
    void fill(Message message, int budget, int limit) {
        if (bySubject.isEmpty()) {
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
                if (entry.thing.maxEncodedSize() <= room) {
                    entry.thing.addTo(message);
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
        bySubject.clear();
        Arrays.fill(heads, null);
        Arrays.fill(tails, null);
    }

    private void putBack(@Nullable Entry taken, int limit) {
        Entry entry = reversed(taken);
        while (entry != null) {
            Entry following = entry.next;
            entry.next = null;
            if (entry.transmissions >= limit) {
                bySubject.remove(entry.thing.subject());
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
