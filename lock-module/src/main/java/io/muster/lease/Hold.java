package io.muster.lease;

import io.muster.lease.Lease.Loss;
import io.muster.lease.Lease.State;
import org.jspecify.annotations.Nullable;

/**
 * What a holder knows of its grant: an immutable value, and the transitions from one to the next. A transition that does not
 * apply answers the same value.
 *
 * <pre>
 * HELD ⇄ SUSPECT → LOST | RELEASED      LOST and RELEASED are final
 * </pre>
 *
 * <p>Once {@code haltAt} has passed, nothing but LOST and RELEASED can follow: an answer that comes too late finds a holder
 * that may have been told already that it holds nothing.
 *
 * @param haltAt the local deadline less the margin, nanoseconds of the holder's clock; only grows
 * @param loss why it was lost; null unless LOST
 */
record Hold(State state, long haltAt, @Nullable Loss loss) {
    static Hold granted(long haltAt) {
        return new Hold(State.HELD, haltAt, null);
    }

    boolean isFinal() {
        return state == State.LOST || state == State.RELEASED;
    }

    /** Whether the time is up at {@code now}. */
    boolean isDue(long now) {
        return now - haltAt >= 0;
    }

    boolean isHeld(long now) {
        return !isFinal() && !isDue(now);
    }

    Hold renewed(long now, long newHaltAt) {
        if (!isHeld(now)) {
            return this;
        }
        return new Hold(State.HELD, newHaltAt - haltAt > 0 ? newHaltAt : haltAt, null);
    }

    Hold suspected(long now) {
        return state == State.HELD && isHeld(now) ? new Hold(State.SUSPECT, haltAt, null) : this;
    }

    Hold lost(Loss reason) {
        return isFinal() ? this : new Hold(State.LOST, haltAt, reason);
    }

    /** The holder gave it back; too late when the time is up. */
    Hold released(long now) {
        return isHeld(now) ? new Hold(State.RELEASED, haltAt, null) : lost(Loss.DEADLINE);
    }
}
