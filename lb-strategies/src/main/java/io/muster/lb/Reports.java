package io.muster.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/*
 * What the endpoints of one balancer said last of their load (Ticket.reported): who spoke last, and about how old its word is when the next
 * pick comes.
 *
 * A caller hears of an endpoint only with the answers to its own requests. Among many callers a word is stale soon: others send there, too. So what is
 * worth most are the last few words, whoever spoke. They are kept here, and PowerOfChoices looks at their endpoints beside the two that it draws. No
 * two callers hear the same word, so a low one draws no herd.
 *
 * A pick reads no clock: it is taken to happen as long after the last word as words are apart on average. Writes race without a lock; one that is lost
 * makes a figure a little older.
 */
final class Reports {
    private static final VarHandle ANY = cell("any", boolean.class);
    private static final VarHandle LAST = cell("last", Load.class);
    private static final VarHandle BEFORE = cell("before", Load.class);
    private static final VarHandle FIRST = cell("first", Load.class);
    private static final VarHandle AT = cell("at", long.class);
    private static final VarHandle GAP = cell("gap", double.class);
    private static final VarHandle SERVICE = cell("service", double.class);

    private static final double GAP_SMOOTHING = 1.0 / 16;
    private static final double SERVICE_SMOOTHING = 1.0 / 32;

    // Reached through the handles alone.
    boolean any;

    @Nullable
    Load last;

    @Nullable
    Load before;

    @Nullable
    Load first;

    long at;
    double gap;
    double service;

    /** Whether anybody reported anything yet. */
    boolean any() {
        return (boolean) ANY.getOpaque(this);
    }

    /** Whose word is the latest; null before the first. */
    @Nullable
    Load last() {
        return (Load) LAST.getOpaque(this);
    }

    /** Who spoke before that. */
    @Nullable
    Load before() {
        return (Load) BEFORE.getOpaque(this);
    }

    /** Who spoke before these. */
    @Nullable
    Load first() {
        return (Load) FIRST.getOpaque(this);
    }

    /** The mean time that a request takes by itself, over all endpoints, in nanoseconds; at least 1. */
    double service() {
        return (double) SERVICE.getOpaque(this);
    }

    /** How old a word is likely to be at the next pick, in nanoseconds. */
    double age(long saidAt) {
        return Math.max(0, (long) AT.getOpaque(this) - saidAt) + (double) GAP.getOpaque(this);
    }

    /**
     * Takes notice of a word.
     *
     * @param perRequest the time that this request took by itself, in nanoseconds, at least 1
     */
    void add(Load load, double perRequest, long now) {
        if (any()) {
            double known = (double) GAP.getOpaque(this);
            double sample = Math.max(0, now - (long) AT.getOpaque(this));
            GAP.setOpaque(this, known + (sample - known) * GAP_SMOOTHING);
            SERVICE.setOpaque(this, service() + (perRequest - service()) * SERVICE_SMOOTHING);
        } else {
            GAP.setOpaque(this, perRequest);
            SERVICE.setOpaque(this, perRequest);
        }
        if (!any() || now - (long) AT.getOpaque(this) > 0) {
            AT.setOpaque(this, now);
        }
        Load spokeLast = last();
        if (spokeLast != load) {
            Load spokeBefore = before();
            if (spokeBefore != load) {
                FIRST.setOpaque(this, spokeBefore);
            }
            BEFORE.setOpaque(this, spokeLast);
            LAST.setOpaque(this, load);
        }
        ANY.setOpaque(this, true);
    }

    private static VarHandle cell(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Reports.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
