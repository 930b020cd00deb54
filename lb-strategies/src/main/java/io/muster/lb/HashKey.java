package io.muster.lb;

/**
 * Hashes what keeps requests together, for strategies that use a key. Deterministic, the same in every process and release:
 * callers that know nothing of each other agree on who serves a key. No protection against somebody who chooses keys in
 * order to load one endpoint; bounded loads are.
 */
public final class HashKey {
    private static final long MULTIPLIER = 0xC6A4A7935BD1E995L;
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final int CHARS_PER_BLOCK = 4;

    private HashKey() {}

    /**
     * MurmurHash64A (Appleby, public domain) over the UTF-16 code units, four to a block in little-endian order. Allocates
     * nothing.
     */
    public static long of(CharSequence text) {
        return of(text, 0);
    }

    /** The {@code number}-th hash of a text, independent of the others. */
    static long of(CharSequence text, long number) {
        int length = text.length();
        long hash = (SEED + number * MULTIPLIER) ^ (length * MULTIPLIER);
        int i = 0;
        for (; i <= length - CHARS_PER_BLOCK; i += CHARS_PER_BLOCK) {
            hash = (hash ^ scrambled(block(text, i, CHARS_PER_BLOCK))) * MULTIPLIER;
        }
        if (i < length) {
            hash = (hash ^ block(text, i, length - i)) * MULTIPLIER;
        }
        return mixed(hash);
    }

    /**
     * Spreads a key over all 64 bits, so that numbers in a row are as good as hashes. A bijection (Stafford's variant 13 of
     * MurmurHash3's finalizer).
     */
    static long mixed(long key) {
        long mixed = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    private static long block(CharSequence text, int from, int count) {
        long block = 0;
        for (int i = 0; i < count; i++) {
            block |= (long) text.charAt(from + i) << (Character.SIZE * i);
        }
        return block;
    }

    private static long scrambled(long block) {
        long scrambled = block * MULTIPLIER;
        return (scrambled ^ (scrambled >>> 47)) * MULTIPLIER;
    }
}
