package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * When each dead or departed member was set so. Two ages matter: in the first half of its life a tombstone is passed on and
 * counts in the digest, in the second half it only guards this node's table. As claims carry the age along, a tombstone that
 * one node has forgotten does not come back from another and live for ever.
 *
 * Their number is bounded. When there are too many, the departed that are oldest go first, then the dead.
 */
final class Tombstones {
    /** Of this many random picks the latest is looked for: a node that went lately comes back more likely. */
    private static final int PICKS = 2;

    static final class Tombstone {
        final int slot;
        final long since;
        boolean removed;

        Tombstone(int slot, long since) {
            this.slot = slot;
            this.since = since;
        }
    }

    private final Map<Integer, Tombstone> bySlot = new HashMap<>();
    private List<Tombstone> byAge = new ArrayList<>();

    int size() {
        return bySlot.size();
    }

    @Nullable
    Tombstone of(int slot) {
        return bySlot.get(slot);
    }

    void add(int slot, long since) {
        remove(slot);
        Tombstone tombstone = new Tombstone(slot, since);
        bySlot.put(slot, tombstone);
        int place = byAge.size();
        while (place > 0 && byAge.get(place - 1).since > since) {
            place--;
        }
        byAge.add(place, tombstone);
    }

    void remove(int slot) {
        Tombstone old = bySlot.remove(slot);
        if (old != null) {
            old.removed = true;
            compact();
        }
    }

    /** The slot of the oldest one that has been so for {@code age}, or {@link MemberTable#NONE}. */
    int olderThan(long now, long age) {
        for (Tombstone tombstone : byAge) {
            if (!tombstone.removed) {
                return now - tombstone.since >= age ? tombstone.slot : MemberTable.NONE;
            }
        }
        return MemberTable.NONE;
    }

    /** Leaves those that are at least so old out of the digest. */
    void hideOlderThan(long now, long age, MemberTable table) {
        for (Tombstone tombstone : byAge) {
            if (!tombstone.removed) {
                if (now - tombstone.since < age) {
                    return;
                }
                table.hide(tombstone.slot);
            }
        }
    }

    /** The slot that is to be given up when there are too many. */
    int leastNeeded(MemberTable table) {
        int oldest = MemberTable.NONE;
        for (Tombstone tombstone : byAge) {
            if (!tombstone.removed) {
                if (table.at(tombstone.slot).state() == MemberState.LEFT) {
                    return tombstone.slot;
                }
                oldest = oldest == MemberTable.NONE ? tombstone.slot : oldest;
            }
        }
        return oldest;
    }

    /** A random dead member that is not longer dead than {@code retry}, the lately dead first, or {@link MemberTable#NONE}. */
    int pickDead(SplitMix64 random, MemberTable table, long now, long retry) {
        int picked = MemberTable.NONE;
        int place = -1;
        for (int tries = 0, found = 0; tries < 16 && found < PICKS && !byAge.isEmpty(); tries++) {
            int candidate = random.nextInt(byAge.size());
            Tombstone tombstone = byAge.get(candidate);
            boolean wanted = !tombstone.removed
                    && now - tombstone.since <= retry
                    && table.at(tombstone.slot).state() == MemberState.DEAD;
            if (wanted) {
                found++;
                if (candidate > place) {
                    place = candidate;
                    picked = tombstone.slot;
                }
            }
        }
        return picked;
    }

    private void compact() {
        if (byAge.size() > 32 && bySlot.size() < byAge.size() / 2) {
            List<Tombstone> kept = new ArrayList<>(bySlot.size());
            for (Tombstone tombstone : byAge) {
                if (!tombstone.removed) {
                    kept.add(tombstone);
                }
            }
            byAge = kept;
        }
    }
}
