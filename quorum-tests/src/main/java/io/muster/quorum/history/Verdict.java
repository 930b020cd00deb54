package io.muster.quorum.history;

/**
 * What came out of a check.
 *
 * @param kind whether an order was found
 * @param explanation for people; empty when one was found
 * @param steps how many steps the search took
 */
public record Verdict(Kind kind, String explanation, long steps) {
    /** Whether a history can be explained. */
    public enum Kind {
        /** There is an order of the operations that explains all answers. */
        LINEARIZABLE,
        /** There is none. */
        NOT_LINEARIZABLE,
        /** The search was given up at its bound: nothing is known. */
        GAVE_UP
    }

    /** Whether an order was found. */
    public boolean linearizable() {
        return kind == Kind.LINEARIZABLE;
    }
}
