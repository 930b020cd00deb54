package io.muster.lease.store;

import java.util.function.LongBinaryOperator;

/** Lets the simulation switch a rule of the table off. */
public final class ClockRules {
    private ClockRules() {}

    /** A table whose clock follows this rule. */
    public static LeaseTable table(long clock, LongBinaryOperator rule) {
        return new LeaseTable(0, clock, 100, rule);
    }
}
