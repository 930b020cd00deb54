package io.muster.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Keeps what lies before {@link TurnCell} in memory off its cache lines (two of 64 bytes: lines are fetched in pairs). */
abstract class TurnPadding {
    long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16;
}

/** Eight bytes: a smaller one would be laid out before the padding. */
abstract class TurnCell extends TurnPadding {
    long turn;
}

/** A counter that every pick moves on, alone on its cache lines. A class of its own and no array, which would cost a pick two reads more. */
abstract class Turn extends TurnCell {
    long q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15, q16;

    private static final VarHandle TURN;

    static {
        try {
            TURN = MethodHandles.lookup().findVarHandle(TurnCell.class, "turn", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    Turn(long start) {
        turn = start;
    }

    /** Whose turn it is, from {@code start} on, 32 bits of it. */
    final int next() {
        return (int) (long) TURN.getAndAdd(this, 1L);
    }
}
