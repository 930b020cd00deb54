package io.muster.gossip.protocol;

/** The exclusive or of the hashes of all entries held, per bucket and over all; equal for equal holdings. */
final class StateDigest {
    private static final int BUCKET_SHIFT = 56;

    private final long[] buckets = new long[Message.BUCKETS];
    private long root;
    private int entries;

    void add(StateEntry entry) {
        toggle(entry);
        entries++;
    }

    void remove(StateEntry entry) {
        toggle(entry);
        entries--;
    }

    private void toggle(StateEntry entry) {
        long digest = entry.digest();
        buckets[bucketOf(entry)] ^= digest;
        root ^= digest;
    }

    static int bucketOf(StateEntry entry) {
        return (int) (entry.group() >>> BUCKET_SHIFT);
    }

    /** 0 if nothing is held. */
    long root() {
        return root;
    }

    /** Not a copy. */
    long[] buckets() {
        return buckets;
    }

    /** How many entries are held. */
    int entries() {
        return entries;
    }
}
