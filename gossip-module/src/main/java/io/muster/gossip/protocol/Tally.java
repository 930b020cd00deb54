package io.muster.gossip.protocol;

import org.jspecify.annotations.Nullable;

/*
 * What one life has added to a counter and taken from it, and the same of former lives of its name that it has folded into
 * itself: all of an epoch below `floor`. As bytes five varints.
 */
record Tally(long added, long taken, long foldedAdded, long foldedTaken, long floor) {
    static final Tally ZERO = new Tally(0, 0, 0, 0, 0);

    /** None of the numbers is higher. */
    static final long MAX = 1L << 60;

    private static final int NUMBERS = 5;
    private static final int VARINT_BITS = 63;

    long net() {
        return added - taken + foldedAdded - foldedTaken;
    }

    /**
     * With so much more added, or taken if {@code delta} is negative.
     *
     * @throws IllegalStateException if more would be counted than a counter holds
     */
    Tally plus(long delta) {
        long newAdded = delta > 0 ? added + delta : added;
        long newTaken = delta < 0 ? taken - delta : taken;
        if (newAdded < 0 || newAdded > MAX || newTaken < 0 || newTaken > MAX) {
            throw new IllegalStateException("counter must stay within 2^60 but was to grow by " + delta);
        }
        return new Tally(newAdded, newTaken, foldedAdded, foldedTaken, floor);
    }

    Tally folding(Tally former, long newFloor) {
        return new Tally(
                added,
                taken,
                Math.min(MAX, foldedAdded + former.added + former.foldedAdded),
                Math.min(MAX, foldedTaken + former.taken + former.foldedTaken),
                Math.max(floor, newFloor));
    }

    /** With what was folded of a former life taken out again. */
    Tally without(Tally former) {
        return new Tally(
                added,
                taken,
                Math.max(0, foldedAdded - former.added - former.foldedAdded),
                Math.max(0, foldedTaken - former.taken - former.foldedTaken),
                floor);
    }

    /** What an entry holds, or null if it makes no sense. */
    static @Nullable Tally of(StateEntry entry) {
        StateValue value = entry.value();
        if (value == null) {
            return null;
        }
        long[] numbers = new long[NUMBERS];
        int at = 0;
        for (int i = 0; i < NUMBERS; i++) {
            int shift = 0;
            byte next;
            do {
                if (at == value.size() || shift >= VARINT_BITS) {
                    return null;
                }
                next = value.at(at++);
                numbers[i] |= (long) (next & 0x7F) << shift;
                shift += 7;
            } while (next < 0);
            if (numbers[i] > MAX) {
                return null;
            }
        }
        boolean sound = at == value.size() && numbers[4] <= entry.writer().epoch();
        return sound ? new Tally(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]) : null;
    }

    StateValue value() {
        byte[] bytes = new byte[NUMBERS * 9];
        int at = 0;
        for (long number : new long[] {added, taken, foldedAdded, foldedTaken, floor}) {
            long rest = number;
            while ((rest & ~0x7FL) != 0) {
                bytes[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[at++] = (byte) rest;
        }
        return StateValue.of(java.util.Arrays.copyOf(bytes, at));
    }
}
