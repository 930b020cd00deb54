package io.muster.gossip.protocol;

/** Numbers of variable length, as they travel: LEB128. */
public final class Varints {
    private static final int BITS = 7;

    private Varints() {}

    /** Bytes that a number takes, 1 to 9; it is 0 or more. */
    public static int size(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + BITS - 1) / BITS);
    }
}
