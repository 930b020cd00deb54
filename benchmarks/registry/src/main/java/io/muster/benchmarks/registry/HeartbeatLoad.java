package io.muster.benchmarks.registry;

import io.muster.api.Heartbeats;
import io.muster.benchmarks.http.HttpConnection;
import java.util.List;

/**
 * Sends every member's heartbeat at its period, one by one, spread evenly over the period. A tick sends what has become due
 * since the last one, so a late tick loses nothing. As in life a member whose last heartbeat is not answered yet sends no other
 * one. Members join by and by, as fast as the server keeps pace; until then their heartbeats go in batches. Runs on the loop.
 */
public final class HeartbeatLoad implements Runnable {
    private static final int SLOT_MILLIS = 5;
    private static final int SLOTS = Scale.HEARTBEAT_MILLIS / SLOT_MILLIS;
    /** Spreads the members of one slot over the connections. */
    private static final int SPREAD = 33;
    /** All members join within this many ticks, 10 s, at the fastest. */
    private static final int JOINING_TICKS = 2000;
    /** Nobody joins while more heartbeats wait for their answers. */
    private static final int MAX_WAITING = 200;

    private final List<Member> members;
    private final List<HttpConnection> connections;
    private final HttpConnection batches;
    private long start;
    private long slot;
    private int joined;
    private int waiting;
    private long renewed;
    private long failed;

    /**
     * @param connections for single heartbeats
     * @param batches for batches of them
     */
    public HeartbeatLoad(List<Member> members, List<HttpConnection> connections, HttpConnection batches) {
        this.members = members;
        this.connections = connections;
        this.batches = batches;
    }

    /** How often {@link #run} is due. */
    public static int tickMillis() {
        return SLOT_MILLIS;
    }

    /** Renews in batches those who have not joined; runs once per period. */
    public void renewTheOthers() {
        if (batches.waiting() > 0) {
            return;
        }
        List<Member> others = members.subList(joined, members.size()).stream()
                .filter(Member::registered)
                .toList();
        for (int i = 0; i < others.size(); i += Heartbeats.MAX_INSTANCES) {
            List<Member> batch = others.subList(i, Math.min(others.size(), i + Heartbeats.MAX_INSTANCES));
            batches.send(Member.heartbeats(batch), (status, body) -> {});
        }
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (start == 0) {
            start = now;
        }
        if (waiting <= MAX_WAITING) {
            joined = Math.min(members.size(), joined + Math.max(1, members.size() / JOINING_TICKS));
        }
        long due = (now - start) / (SLOT_MILLIS * 1_000_000L);
        for (; slot <= due; slot++) {
            sendSlot((int) (slot % SLOTS));
        }
    }

    private void sendSlot(int index) {
        for (int i = index, turn = 0; i < joined; i += SLOTS, turn++) {
            Member member = members.get(i);
            if (member.beginHeartbeat()) {
                waiting++;
                connections.get((i + turn * SPREAD) % connections.size()).send(member.heartbeat(), (status, body) -> {
                    waiting--;
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

    /** How many send their own. */
    public int joined() {
        return joined;
    }

    /** How many single ones were answered well. */
    long renewed() {
        return renewed;
    }

    /** How many single ones were refused, or answered as of somebody unknown. */
    public long failed() {
        return failed;
    }
}
