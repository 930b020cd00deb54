package io.muster.benchmarks.calls;

import java.util.SplittableRandom;

/** How long handlers take. */
public enum Profile {
    /** Mostly short, one in twenty up to 2 s. */
    MIXED {
        @Override
        int millis(SplittableRandom random) {
            int percent = random.nextInt(100);
            if (percent < 70) {
                return random.nextInt(20);
            }
            return percent < 95 ? random.nextInt(20, 200) : random.nextInt(200, 2_001);
        }
    },
    /** At most 100 ms. */
    SHORT {
        @Override
        int millis(SplittableRandom random) {
            return random.nextInt(101);
        }
    };

    abstract int millis(SplittableRandom random);
}
