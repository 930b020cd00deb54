package io.muster.lb;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Bounds the retries to one service, so that retries do not multiply the load of a service that fails under load.
 * Thread-safe; counting a call takes no lock.
 *
 * <p>Turned up, more failures are hidden from callers; turned down, a failing service is spared more. A retry is allowed
 * while the retries of the last 10 s are fewer than {@code percent} of the calls of the last 10 s, and in any case while
 * this second had fewer than {@code minPerSecond}, without which a service that is rarely called would never be retried.
 */
public final class RetryBudget {
    /*
     * Ten slots of one second each, reused in turn. A slot is one long, so that it moves to a new second by one
     * compare-and-set: 20 bits of the second | 28 bits of calls | 16 bits of retries. A call that is counted while its slot
     * moves on may count for the next second or get lost: the budget is a bound on load, not an account.
     */
    private static final int SLOTS = 10;
    private static final int MAX_PER_SECOND = 10_000;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int RETRY_BITS = 16;
    private static final int CALL_BITS = 28;
    private static final long RETRY_MASK = (1L << RETRY_BITS) - 1;
    private static final long CALL_MASK = (1L << CALL_BITS) - 1;
    private static final long CALL = 1L << RETRY_BITS;
    private static final long SECOND_MASK = (1L << 20) - 1;

    private final int percent;
    private final int minPerSecond;
    private final LongSupplier nanoClock;
    private final long originNanos;
    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

    /**
     * @param percent retries per hundred calls, 0 to 100
     * @param minPerSecond retries per second that are always allowed, 0 to 10,000
     * @param nanoClock monotonic time in nanoseconds
     */
    RetryBudget(int percent, int minPerSecond, LongSupplier nanoClock) {
        Require.between("percent", percent, 0, 100);
        Require.between("minPerSecond", minPerSecond, 0, MAX_PER_SECOND);
        this.percent = percent;
        this.minPerSecond = minPerSecond;
        this.nanoClock = nanoClock;
        this.originNanos = nanoClock.getAsLong();
    }

    /** Counts a call; its retries are not calls. */
    public void called() {
        long second = second();
        slots.getAndAdd(slot(second), CALL);
    }

    /** Whether one more retry may be made; if so, it is counted. */
    public synchronized boolean tryRetry() {
        long second = second();
        int now = slot(second);
        long calls = 0;
        long retries = 0;
        for (int i = 0; i < SLOTS; i++) {
            long slot = slots.get(i);
            long age = (second - (slot >>> (CALL_BITS + RETRY_BITS))) & SECOND_MASK;
            if (age < SLOTS) {
                calls += (slot >>> RETRY_BITS) & CALL_MASK;
                retries += slot & RETRY_MASK;
            }
        }
        boolean withinFloor = (slots.get(now) & RETRY_MASK) < minPerSecond;
        boolean withinShare = retries * 100 < calls * percent && (slots.get(now) & RETRY_MASK) < RETRY_MASK;
        if (withinFloor || withinShare) {
            slots.getAndAdd(now, 1);
            return true;
        }
        return false;
    }

    /** The slot of this second, emptied when it last served another one. */
    private int slot(long second) {
        int index = (int) (second % SLOTS);
        long stamp = (second & SECOND_MASK) << (CALL_BITS + RETRY_BITS);
        long slot = slots.get(index);
        while ((slot >>> (CALL_BITS + RETRY_BITS)) != (second & SECOND_MASK)) {
            if (slots.compareAndSet(index, slot, stamp)) {
                break;
            }
            slot = slots.get(index);
        }
        return index;
    }

    private long second() {
        return (nanoClock.getAsLong() - originNanos) / SECOND_NANOS;
    }
}
