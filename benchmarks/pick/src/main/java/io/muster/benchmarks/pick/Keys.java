package io.muster.benchmarks.pick;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Keys without end, as good as hashed and never the same ones again, for about a nanosecond each. */
@State(Scope.Thread)
public class Keys {
    /** Knuth's multiplier for 64 bits: the high bits, which places are found by, are random. */
    private static final long MULTIPLIER = 6364136223846793005L;

    private static final long INCREMENT = 1442695040888963407L;

    private long key = ThreadLocalRandom.current().nextLong();

    /** The next key. */
    public long next() {
        key = key * MULTIPLIER + INCREMENT;
        return key;
    }
}
