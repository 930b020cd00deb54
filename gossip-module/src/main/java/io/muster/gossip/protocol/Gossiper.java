package io.muster.gossip.protocol;

import java.util.Arrays;

/*
 * Sends rumors in rounds: as long as there are any, each interval a packet to `fanout` random members. A rumor that comes
 * after a pause goes at once.
 */
final class Gossiper {
    private final NodeContext node;
    private final long intervalNanos;
    private long nextRoundAt = Long.MIN_VALUE;

    Gossiper(NodeContext node) {
        this.node = node;
        this.intervalNanos = node.config.spreading().interval().toNanos();
    }

    long nextAt() {
        return node.hasNews() ? nextRoundAt : Long.MAX_VALUE;
    }

    void onTimer() {
        nextRoundAt = node.now() + intervalNanos;
        spread(node.config.spreading().fanout());
    }

    /** Sends rumors to so many random members, fewer if there are not so many. */
    void spread(int members) {
        int wanted = Math.min(members, node.table.others(node.selfSlot()));
        int[] told = new int[Math.max(0, wanted)];
        Arrays.fill(told, MemberTable.NONE);
        int count = 0;
        for (int tries = 0; tries < 4 * members && count < wanted && node.hasNews(); tries++) {
            int slot = node.table.randomLive(node.random, node.selfSlot());
            if (slot != MemberTable.NONE && !contains(told, slot)) {
                told[count++] = slot;
                Message message = node.rumorsMessage();
                node.addRumors(message);
                node.send(node.table.at(slot).address(), Effects.Channel.DATAGRAM, message);
            }
        }
    }

    private static boolean contains(int[] values, int value) {
        for (int candidate : values) {
            if (candidate == value) {
                return true;
            }
        }
        return false;
    }
}
