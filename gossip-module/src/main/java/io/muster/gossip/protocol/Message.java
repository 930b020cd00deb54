package io.muster.gossip.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One message between nodes: a mutable carrier that is filled anew for each message, so that probing allocates nothing. Whoever
 * keeps one beyond the call that hands it over takes a {@linkplain #copyFrom copy}. Not thread-safe.
 */
public final class Message {
    /** Buckets of the digest of a table; a name's bucket is the top 8 bits of its hash. */
    public static final int BUCKETS = 256;

    /** Upper bound of the bytes of a message without rumors and buckets. */
    public static final int MAX_HEAD_BYTES = 1 + 10 + 8 + 8 + 8 + 8 + 5 + 8 + 4;

    /** Digests of single entries in one message. */
    public static final int MAX_DIGESTS = 16_384;

    private static final long[] NO_DIGESTS = new long[0];
    private static final int STATE_ROOT_BYTES = 1 + 1 + 8;
    private static final int WORDS = BUCKETS / Long.SIZE;

    /** What a message is for; {@link #code} is its code on the wire. */
    public enum Kind {
        /** Asks {@code target} whether it is alive. */
        PING(1),
        /** Answers a ping, by the way on which it came, and says what the sender's digest is. */
        ACK(2),
        /** Asks a helper to ping {@code target} within {@code budgetMillis}. */
        PING_REQUEST(3),
        /** A helper passes on the acknowledgement of {@code target}. */
        RELAYED_ACK(4),
        /** A helper says that it lives, and has not heard from {@code target} so far. */
        NACK(5),
        /** Carries rumors alone, and says what the sender's digest is. */
        RUMORS(6),
        /** Starts a push-pull with the root of the sender's digest. */
        SYNC(7),
        /** Answers: nothing differs. */
        SYNC_SAME(8),
        /** Answers: here is my digest. */
        SYNC_DIGEST(9),
        /** All claims of the sender in the {@code wanted} buckets, and asks for the other's. */
        SYNC_RECORDS(10),
        /** Answers with the claims that are greater than those of the question. */
        SYNC_ANSWER(11),
        /** Starts a push-pull of what members share, with the sender's digest of it. */
        STATE_SYNC(12),
        /** Answers with the digests of the sender's entries in the buckets that differ, which are {@code wanted}. */
        STATE_SUMMARY(13),
        /** Asks for the entries with these digests. */
        STATE_PULL(14),
        /** Answers with entries. */
        STATE_ENTRIES(15),
        /** Entries that the other does not have. */
        STATE_PUSH(16),
        /** Answers: the entries were taken. */
        STATE_TAKEN(17);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        /** Whether messages of this kind tell the sender's {@link Message#stateRoot}. */
        boolean tellsStateRoot() {
            return this == ACK || this == SYNC_SAME || this == SYNC_ANSWER;
        }
    }

    private Kind kind = Kind.RUMORS;
    private long sequence;
    private long senderName;
    private long senderLife;
    private long targetName;
    private long targetLife;
    private int budgetMillis;
    private long root;
    private final long[] wanted = new long[WORDS];
    private long[] buckets = new long[0];
    private long[] digests = NO_DIGESTS;
    private final List<Rumor> rumors = new ArrayList<>();
    private final List<StateEntry> entries = new ArrayList<>();
    private int rumorBytes;
    private int entryBytes;
    private long stateRoot;

    /** Clears the message. */
    public Message start(Kind newKind, long newSequence) {
        kind = newKind;
        sequence = newSequence;
        senderName = 0;
        senderLife = 0;
        budgetMillis = 0;
        root = 0;
        if (!rumors.isEmpty()) {
            rumors.clear();
        }
        if (!entries.isEmpty()) {
            entries.clear();
        }
        rumorBytes = 0;
        entryBytes = 0;
        stateRoot = 0;
        digests = NO_DIGESTS;
        return target(0, 0);
    }

    public Message sender(long nameHash, long life) {
        senderName = nameHash;
        senderLife = life;
        return this;
    }

    /** Whom the message asks for; 0 and 0: whoever listens there. */
    public Message target(long nameHash, long life) {
        targetName = nameHash;
        targetLife = life;
        return this;
    }

    public Message budgetMillis(int millis) {
        budgetMillis = millis;
        return this;
    }

    public Message root(long value) {
        root = value;
        return this;
    }

    /** The root of the sender's digest of what members share; 0 if it holds nothing. */
    public Message stateRoot(long value) {
        stateRoot = value;
        return this;
    }

    public void add(StateEntry entry) {
        entries.add(entry);
        entryBytes += entry.maxEncodedSize();
    }

    public void add(Rumor rumor) {
        rumors.add(rumor);
        rumorBytes += rumor.record().maxEncodedSize();
    }

    /** Sets the digest of all buckets. */
    public void buckets(long[] values) {
        buckets = values.clone();
    }

    /** Sets the digests of single entries, at most {@value #MAX_DIGESTS}. */
    public void digests(long[] values) {
        digests = values.clone();
    }

    public void want(int bucket) {
        wanted[bucket / Long.SIZE] |= 1L << bucket;
    }

    public void wantNone() {
        for (int i = 0; i < WORDS; i++) {
            wanted[i] = 0;
        }
    }

    public boolean wants(int bucket) {
        return (wanted[bucket / Long.SIZE] & 1L << bucket) != 0;
    }

    /** Bits of the wanted buckets {@code 64 * word} to {@code 64 * word + 63}; {@code word} is 0 to 3. */
    public long wantedWord(int word) {
        return wanted[word];
    }

    public void wantedWord(int word, long bits) {
        wanted[word] = bits;
    }

    public Kind kind() {
        return kind;
    }

    public long sequence() {
        return sequence;
    }

    public long senderName() {
        return senderName;
    }

    public long senderLife() {
        return senderLife;
    }

    public long targetName() {
        return targetName;
    }

    public long targetLife() {
        return targetLife;
    }

    public int budgetMillis() {
        return budgetMillis;
    }

    public long root() {
        return root;
    }

    /** The digest, {@value #BUCKETS} values; not a copy. */
    public long[] buckets() {
        return buckets;
    }

    /** Digests of single entries; not a copy. */
    public long[] digests() {
        return digests;
    }

    /** A view. */
    public List<Rumor> rumors() {
        return Collections.unmodifiableList(rumors);
    }

    public long stateRoot() {
        return stateRoot;
    }

    /** A view. */
    public List<StateEntry> entries() {
        return Collections.unmodifiableList(entries);
    }

    int entryCount() {
        return entries.size();
    }

    StateEntry entry(int index) {
        return entries.get(index);
    }

    /** Whether messages of this kind carry the digest of all buckets. */
    public boolean hasBuckets() {
        return kind == Kind.SYNC_DIGEST || kind == Kind.STATE_SYNC;
    }

    /** Whether messages of this kind carry digests of single entries. */
    public boolean hasDigests() {
        return kind == Kind.STATE_SUMMARY || kind == Kind.STATE_PULL;
    }

    /** Whether messages of this kind say which buckets are wanted. */
    public boolean hasWanted() {
        return kind == Kind.SYNC_RECORDS || kind == Kind.STATE_SUMMARY;
    }

    int rumorCount() {
        return rumors.size();
    }

    Rumor rumor(int index) {
        return rumors.get(index);
    }

    /** An upper bound of the encoded bytes of this message. */
    public int maxEncodedSize() {
        int digest = hasBuckets() ? BUCKETS * Long.BYTES : 0;
        int wants = hasWanted() || kind == Kind.SYNC_ANSWER ? WORDS * Long.BYTES : 0;
        int single = hasDigests() ? 3 + digests.length * Long.BYTES : 0;
        int roots = stateRoot == 0 ? 0 : STATE_ROOT_BYTES;
        return MAX_HEAD_BYTES + digest + single + wants + roots + rumorBytes + entryBytes;
    }

    public Message copyFrom(Message other) {
        start(other.kind, other.sequence)
                .sender(other.senderName, other.senderLife)
                .target(other.targetName, other.targetLife)
                .budgetMillis(other.budgetMillis)
                .root(other.root)
                .stateRoot(other.stateRoot);
        System.arraycopy(other.wanted, 0, wanted, 0, WORDS);
        buckets = other.hasBuckets() ? other.buckets.clone() : buckets;
        digests = other.hasDigests() ? other.digests.clone() : NO_DIGESTS;
        for (int i = 0; i < other.rumors.size(); i++) {
            add(other.rumors.get(i));
        }
        for (int i = 0; i < other.entries.size(); i++) {
            add(other.entries.get(i));
        }
        return this;
    }

    @Override
    public String toString() {
        String claims = rumors.isEmpty() ? "" : " " + rumors;
        return kind + "(" + sequence + ")" + claims + (entries.isEmpty() ? "" : " " + entries);
    }
}
