package io.muster.benchmarks.registry;

import io.muster.benchmarks.http.HttpConnection;
import java.util.List;

/**
 * Sends every member's heartbeat at its period, one by one, spread evenly over the period. A tick sends what has become due
 * since the last one, so a late tick loses nothing. As in life a member whose last heartbeat is not answered yet sends no other
 * one. Runs on the loop.
 */
final class HeartbeatLoad implements Runnable {
    private static final int SLOT_MILLIS = 5;
    private static final int SLOTS = Scale.HEARTBEAT_MILLIS / SLOT_MILLIS;
    /** Spreads the members of one slot over the connections. */
    private static final int SPREAD = 33;

    private final List<Member> members;
    private final List<HttpConnection> connections;
    private long start;
    private long slot;
    private long renewed;
    private long failed;

    HeartbeatLoad(List<Member> members, List<HttpConnection> connections) {
        this.members = members;
        this.connections = connections;
    }

    static int tickMillis() {
        return SLOT_MILLIS;
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (start == 0) {
            start = now;
        }
        long due = (now - start) / (SLOT_MILLIS * 1_000_000L);
        for (; slot <= due; slot++) {
            sendSlot((int) (slot % SLOTS));
        }
    }

    private void sendSlot(int index) {
        for (int i = index, turn = 0; i < members.size(); i += SLOTS, turn++) {
            Member member = members.get(i);
            if (member.registered() && member.beginHeartbeat()) {
                connections.get((i + turn * SPREAD) % connections.size()).send(member.heartbeat(), (status, body) -> {
                    member.endHeartbeat();
                    if (Member.renewed(status, body)) {
                        renewed++;
                    } else {
                        failed++;
                    }
                });
            }
        }
    }

    /** How many were answered well. */
    long renewed() {
        return renewed;
    }

    /** How many were refused, or answered as of somebody unknown. */
    long failed() {
        return failed;
    }
}
