package io.muster.gossip.protocol;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/*
 * The greatest claim heard per name. A member has a slot as long as it is remembered; slots are reused. Names are found by
 * the 64-bit hash of the name in an open-addressing table of slots (linear probing, load at most 1/2, deletion by shifting
 * back), so nothing depends on the order of a hash table.
 *
 * The digest is kept up to date with each change: per bucket, and over all, the exclusive or of a 64-bit hash of each claim.
 * Claims that are hidden (tombstones too old to be passed on) do not count.
 */
final class MemberTable {
    static final int NONE = -1;
    private static final int BUCKET_SHIFT = 56;

    private @Nullable MemberRecord[] records = new MemberRecord[16];
    private int[] index = new int[32];
    private int[] free = new int[16];
    private int freeCount;
    private int highWater;
    private int liveCount;
    private int tombstoneCount;
    private final BitSet hidden = new BitSet();
    private final long[] buckets = new long[Message.BUCKETS];
    private long root;

    /** The slot of a name, or {@link #NONE}. */
    int slotOf(long nameHash) {
        int mask = index.length - 1;
        for (int i = (int) nameHash & mask; ; i = (i + 1) & mask) {
            int slot = index[i] - 1;
            if (slot < 0) {
                return NONE;
            }
            if (at(slot).id().nameHash() == nameHash) {
                return slot;
            }
        }
    }

    @Nullable
    MemberRecord record(int slot) {
        return records[slot];
    }

    /** The record of a slot in use. */
    MemberRecord at(int slot) {
        MemberRecord record = records[slot];
        if (record == null) {
            throw new IllegalStateException("slot must be in use but was empty: " + slot);
        }
        return record;
    }

    /** The exclusive bound of all slots in use. */
    int slots() {
        return highWater;
    }

    /** Members that take part, this node among them. */
    int liveCount() {
        return liveCount;
    }

    int tombstoneCount() {
        return tombstoneCount;
    }

    int insert(MemberRecord record) {
        int used = liveCount + tombstoneCount;
        if (used + 1 > index.length / 2) {
            index(2 * index.length);
        }
        int slot = freeCount > 0 ? free[--freeCount] : highWater++;
        if (slot == records.length) {
            records = Arrays.copyOf(records, slot * 2);
        }
        records[slot] = record;
        link(slot);
        count(record, 1);
        toggle(record);
        return slot;
    }

    void replace(int slot, MemberRecord record) {
        MemberRecord old = at(slot);
        if (!hidden.get(slot)) {
            toggle(old);
        }
        hidden.clear(slot);
        count(old, -1);
        records[slot] = record;
        count(record, 1);
        toggle(record);
    }

    /** Leaves the claim of a slot out of the digest. */
    void hide(int slot) {
        if (!hidden.get(slot)) {
            toggle(at(slot));
            hidden.set(slot);
        }
    }

    boolean isHidden(int slot) {
        return hidden.get(slot);
    }

    void remove(int slot) {
        MemberRecord old = at(slot);
        if (!hidden.get(slot)) {
            toggle(old);
        }
        hidden.clear(slot);
        count(old, -1);
        unlink(slot);
        records[slot] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = slot;
    }

    long root() {
        return root;
    }

    /** Not a copy. */
    long[] buckets() {
        return buckets;
    }

    static int bucketOf(MemberRecord record) {
        return (int) (record.id().nameHash() >>> BUCKET_SHIFT);
    }

    /** A random slot whose member takes part and is not {@code self}, or {@link #NONE}. */
    int randomLive(SplitMix64 random, int self) {
        if (others(self) == 0) {
            return NONE;
        }
        for (int attempt = 0; attempt < 16; attempt++) {
            int slot = random.nextInt(highWater);
            if (isLive(slot) && slot != self) {
                return slot;
            }
        }
        int start = random.nextInt(highWater);
        for (int i = 0; i < highWater; i++) {
            int slot = (start + i) % highWater;
            if (isLive(slot) && slot != self) {
                return slot;
            }
        }
        return NONE;
    }

    /** How many members take part beside {@code self}, which no longer does once it leaves. */
    int others(int self) {
        return isLive(self) ? liveCount - 1 : liveCount;
    }

    boolean isLive(int slot) {
        MemberRecord record = records[slot];
        return record != null && record.isLive();
    }

    private void count(MemberRecord record, int by) {
        if (record.isLive()) {
            liveCount += by;
        } else {
            tombstoneCount += by;
        }
    }

    private void toggle(MemberRecord record) {
        long digest = record.digest();
        buckets[bucketOf(record)] ^= digest;
        root ^= digest;
    }

    /** Makes room for so many claims. */
    void reserve(int claims) {
        if (claims > records.length) {
            records = Arrays.copyOf(records, claims);
        }
        int length = index.length;
        while (claims > length / 2) {
            length *= 2;
        }
        if (length > index.length) {
            index(length);
        }
    }

    private void index(int length) {
        index = new int[length];
        for (int slot = 0; slot < highWater; slot++) {
            if (records[slot] != null) {
                link(slot);
            }
        }
    }

    private void link(int slot) {
        int mask = index.length - 1;
        int i = (int) at(slot).id().nameHash() & mask;
        while (index[i] != 0) {
            i = (i + 1) & mask;
        }
        index[i] = slot + 1;
    }

    private void unlink(int slot) {
        int mask = index.length - 1;
        int hole = (int) at(slot).id().nameHash() & mask;
        while (index[hole] != slot + 1) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; index[i] != 0; i = (i + 1) & mask) {
            int home = (int) at(index[i] - 1).id().nameHash() & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                index[hole] = index[i];
                hole = i;
            }
        }
        index[hole] = 0;
    }
}
