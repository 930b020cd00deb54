package io.muster.benchmarks.pick;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The least that each kind of choice can cost: at most five lines of plain JDK each.
 *
 * <p>Frozen. What the strategies must hold is said as multiples of these, so a change here changes what was promised.
 */
@State(Scope.Benchmark)
public class Limits {
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final int POINTS_PER_ENDPOINT = 160;
    private static final int SLOTS = 65_537;
    /** Counters lie 128 bytes apart, so that threads do not meet where they need not. */
    private static final int SPACING = 5;

    /** How many endpoints there are to choose from. */
    @Param({"10", "100", "1000"})
    public int endpoints;

    private final AtomicInteger turn = new AtomicInteger();
    private AtomicIntegerArray inFlight = new AtomicIntegerArray(0);
    private int[] items = {};
    private long[] points = {};
    private int[] slots = {};

    /** Fills the tables. */
    @Setup
    public void fill() {
        inFlight = new AtomicIntegerArray(endpoints << SPACING);
        items = ThreadLocalRandom.current().ints(endpoints).toArray();
        points = ThreadLocalRandom.current()
                .longs((long) endpoints * POINTS_PER_ENDPOINT)
                .sorted()
                .toArray();
        slots = ThreadLocalRandom.current().ints(SLOTS, 0, endpoints).toArray();
    }

    /** An atomic counter, and whose turn that is. */
    @Benchmark
    public int atomicCounter() {
        return items[(turn.getAndIncrement() & Integer.MAX_VALUE) % items.length];
    }

    /** Two distinct picks from one random long, and a compare. */
    @Benchmark
    public int twoPicks() {
        long bits = ThreadLocalRandom.current().nextLong();
        int first = (int) (((bits >>> 32) * endpoints) >>> 32);
        int second = (int) (((bits & LOW_HALF) * (endpoints - 1)) >>> 32);
        second += second >= first ? 1 : 0;
        return inFlight.get(second << SPACING) < inFlight.get(first << SPACING) ? second : first;
    }

    /** The same with two updates of the chosen one's counter. */
    @Benchmark
    public int twoPicksCounted() {
        int chosen = twoPicks();
        inFlight.getAndIncrement(chosen << SPACING);
        inFlight.getAndDecrement(chosen << SPACING);
        return chosen;
    }

    /** The same with two readings of the clock. */
    @Benchmark
    public long twoPicksTimed() {
        long start = System.nanoTime();
        int chosen = twoPicksCounted();
        return System.nanoTime() - start + chosen;
    }

    /** A binary search among 160 points per endpoint, keys hashed already. */
    @Benchmark
    public int binarySearch(Keys keys) {
        int found = Arrays.binarySearch(points, keys.next());
        return found < 0 ? ~found : found;
    }

    /** One slot of a table of 65,537, keys hashed already. */
    @Benchmark
    public int tableSlot(Keys keys) {
        return slots[(int) (((keys.next() >>> 32) * SLOTS) >>> 32)];
    }
}
