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
        /** Carries rumors alone. */
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
        SYNC_ANSWER(11);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
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
    private final List<Rumor> rumors = new ArrayList<>();
    private int rumorBytes;

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
        rumorBytes = 0;
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

    public void add(Rumor rumor) {
        rumors.add(rumor);
        rumorBytes += rumor.record().maxEncodedSize();
    }

    /** Sets the digest of all buckets. */
    public void buckets(long[] values) {
        buckets = values.clone();
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

    /** The digest of {@link Kind#SYNC_DIGEST}, {@value #BUCKETS} values; not a copy. */
    public long[] buckets() {
        return buckets;
    }

    /** A view. */
    public List<Rumor> rumors() {
        return Collections.unmodifiableList(rumors);
    }

    int rumorCount() {
        return rumors.size();
    }

    Rumor rumor(int index) {
        return rumors.get(index);
    }

    /** An upper bound of the encoded bytes of this message. */
    public int maxEncodedSize() {
        int digest = kind == Kind.SYNC_DIGEST ? BUCKETS * Long.BYTES : 0;
        int wants = kind == Kind.SYNC_RECORDS || kind == Kind.SYNC_ANSWER ? WORDS * Long.BYTES : 0;
        return MAX_HEAD_BYTES + digest + wants + rumorBytes;
    }

    public Message copyFrom(Message other) {
        start(other.kind, other.sequence)
                .sender(other.senderName, other.senderLife)
                .target(other.targetName, other.targetLife)
                .budgetMillis(other.budgetMillis)
                .root(other.root);
        System.arraycopy(other.wanted, 0, wanted, 0, WORDS);
        buckets = other.kind == Kind.SYNC_DIGEST ? other.buckets.clone() : buckets;
        for (int i = 0; i < other.rumors.size(); i++) {
            add(other.rumors.get(i));
        }
        return this;
    }

    @Override
    public String toString() {
        return kind + "(" + sequence + ")" + (rumors.isEmpty() ? "" : " " + rumors);
    }
}
