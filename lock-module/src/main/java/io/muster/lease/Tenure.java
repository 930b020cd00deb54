package io.muster.lease;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What the holder of one lease believes as time passes: the one {@link Hold} that counts, changed by one thread at a time, and
 * the end of {@code maxHold}. Tells nobody; who changes it does. Thread-safe, and waits for nothing but another change.
 */
final class Tenure {
    private final Terms terms;
    private final LongSupplier ticker;
    private final Object transitions = new Object();
    private volatile Hold hold;
    private volatile long maxHoldAt;

    /** @param sentAt when the request was first sent, nanoseconds of the ticker */
    Tenure(Terms terms, long sentAt, LongSupplier ticker) {
        this.terms = terms;
        this.ticker = ticker;
        this.hold = Hold.granted(terms.haltAfter(sentAt));
        this.maxHoldAt = sentAt + terms.maxHoldNanos();
    }

    /** As it was last changed: it may be due. */
    Hold hold() {
        return hold;
    }

    boolean isHeld() {
        return hold.isHeld(ticker.getAsLong());
    }

    /** When the watchdog has to look at it, nanoseconds of the ticker. */
    long wakeAt() {
        long haltAt = hold.haltAt();
        long endAt = maxHoldAt;
        return endAt - haltAt < 0 ? endAt : haltAt;
    }

    /**
     * Answers whether it was lost just now, because its time is up. Who is told that it is over must not be told the contrary by
     * a renewal that is just being answered.
     */
    boolean expire() {
        synchronized (transitions) {
            if (hold.isFinal() || !hold.isDue(ticker.getAsLong())) {
                return false;
            }
            hold = hold.lost(Loss.DEADLINE);
            return true;
        }
    }

    /** Answers whether it was lost just now, because it has been held as long as it may be. */
    boolean endByMaxHold() {
        synchronized (transitions) {
            if (hold.isFinal() || !heldTooLong(ticker.getAsLong())) {
                return false;
            }
            hold = hold.lost(Loss.MAX_HOLD);
            return true;
        }
    }

    /** Moves the end of {@code maxHold}; answers false when it is over, or held as long as it may be. */
    boolean holdAtMost(Duration fromNow) {
        synchronized (transitions) {
            long now = ticker.getAsLong();
            if (!hold.isHeld(now) || heldTooLong(now)) {
                return false;
            }
            maxHoldAt = now + Terms.boundedNanos(fromNow);
            return true;
        }
    }

    /** Answers the state before; a renewal that comes when the time is up changes nothing. */
    State renewed(long sentAt) {
        return move(seen -> seen.renewed(ticker.getAsLong(), terms.haltAfter(sentAt)));
    }

    /** Answers the state before. */
    State suspected() {
        return move(seen -> seen.suspected(ticker.getAsLong()));
    }

    /** Answers the state before. */
    State released() {
        return move(seen -> seen.released(ticker.getAsLong()));
    }

    /** Answers the state before. */
    State lost(Loss reason) {
        return move(seen -> seen.lost(reason));
    }

    private State move(UnaryOperator<Hold> transition) {
        synchronized (transitions) {
            State before = hold.state();
            hold = transition.apply(hold);
            return before;
        }
    }

    private boolean heldTooLong(long now) {
        return now - maxHoldAt >= 0;
    }
}
