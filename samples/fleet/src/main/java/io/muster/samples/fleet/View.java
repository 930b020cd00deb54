package io.muster.samples.fleet;

import io.muster.gossip.protocol.MemberEvent;
import java.util.BitSet;
import java.util.function.LongSupplier;

/** Which nodes one node holds for alive, by number. Told on the node's thread, read by others; thread-safe. */
final class View {
    private final LongSupplier clock;
    private final BitSet alive = new BitSet();
    private long changedAt;

    /**
     * @param self the node itself, which is not told of itself
     * @param clock in milliseconds
     */
    View(int self, LongSupplier clock) {
        this.clock = clock;
        alive.set(self);
    }

    synchronized void on(MemberEvent event) {
        int number = EdgeNode.number(event.record().id().name());
        switch (event.kind()) {
            case UP -> alive.set(number);
            case DOWN, GONE -> alive.clear(number);
            case UPDATED, REPLACED, SUSPECTED, CLEARED, CONFLICT -> {
                return;
            }
        }
        changedAt = clock.getAsLong();
        notifyAll();
    }

    synchronized boolean is(BitSet expected) {
        return alive.equals(expected);
    }

    /** Waits until these are held for alive, or until a time by the clock; whether they are. */
    synchronized boolean await(BitSet expected, long untilMillis) throws InterruptedException {
        long left = untilMillis - clock.getAsLong();
        while (!alive.equals(expected) && left > 0) {
            wait(left);
            left = untilMillis - clock.getAsLong();
        }
        return alive.equals(expected);
    }

    /** A copy. */
    synchronized BitSet alive() {
        return (BitSet) alive.clone();
    }

    /** When a node last came or went. */
    synchronized long changedAt() {
        return changedAt;
    }
}
