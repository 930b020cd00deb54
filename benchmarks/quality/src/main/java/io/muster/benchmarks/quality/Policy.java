package io.muster.benchmarks.quality;

import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A way to balance.
 *
 * @param name as the tables show it
 * @param maker makes what decides in a run
 */
record Policy(String name, Maker maker) {
    /** Makes what decides in a run. */
    @FunctionalInterface
    interface Maker {
        /**
         * Makes it.
         *
         * @param random seeded
         * @param underWay how many requests a server has now, which no real client could know
         */
        Dispatcher make(Scenario scenario, Clock clock, RandomGenerator random, IntUnaryOperator underWay);
    }
}
