package io.muster.gossip.protocol;

import java.util.Arrays;
import java.util.BitSet;

/*
 * The order in which members are probed: all once, in random order, then all again in another order. A member that comes in
 * between takes a random place in what is left of the round, so each is probed at least once in 2n - 1 periods [1, section
 * 4.3]. Slots whose member no longer takes part fall out when their turn comes.
 *
 * [1] Das, Gupta, Motivala: SWIM, DSN 2002
 */
final class ProbeRing {
    private final SplitMix64 random;
    private int[] ring = new int[16];
    private int size;
    private int cursor;
    private final BitSet present = new BitSet();

    ProbeRing(SplitMix64 random) {
        this.random = random;
    }

    void add(int slot) {
        if (present.get(slot)) {
            return;
        }
        present.set(slot);
        if (size == ring.length) {
            ring = Arrays.copyOf(ring, size * 2);
        }
        int place = cursor + random.nextInt(size - cursor + 1);
        ring[size++] = ring[place];
        ring[place] = slot;
    }

    /** The next slot to probe, or {@link MemberTable#NONE}. */
    int next(MemberTable table, int self) {
        for (int tries = size + 1; tries > 0 && size > 0; tries--) {
            if (cursor >= size) {
                shuffle();
                cursor = 0;
            }
            int slot = ring[cursor];
            if (table.isLive(slot) && slot != self) {
                cursor++;
                return slot;
            }
            ring[cursor] = ring[--size];
            present.clear(slot);
        }
        return MemberTable.NONE;
    }

    private void shuffle() {
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int slot = ring[i];
            ring[i] = ring[j];
            ring[j] = slot;
        }
    }
}
