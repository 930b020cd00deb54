package io.muster.gossip.protocol;

/**
 * One claim about a member. All claims about one name have one total order, {@link #compareTo}; everybody keeps the greatest
 * claim heard, so the order in which claims arrive, and how often, makes no difference.
 *
 * <p>The order: a later life wins; within a life leaving is final; then the higher incarnation, then the higher rank of the
 * state. Only the member itself raises its incarnation, so it alone can answer a suspicion. Address and metadata break ties
 * that only a faulty peer can make.
 *
 * @param incarnation 0 to 2^40, counted by the member itself within one life
 * @param metadata empty in a tombstone
 */
public record MemberRecord(MemberId id, long incarnation, MemberState state, NodeAddress address, Metadata metadata)
        implements Comparable<MemberRecord> {
    /** No incarnation is higher; a claim above it is poison. */
    public static final long MAX_INCARNATION = 1L << 40;

    /** Bytes of every claim beside texts, numbers and metadata: tag and length, lengths of texts, uid, state, port. */
    private static final int FIXED_BYTES = 1 + 2 + 1 + 16 + 1 + 1 + 2;

    private static final int ACCUSER_BYTES = 8;
    private static final int MOST_AGE_BYTES = 6;

    public MemberRecord {
        if (incarnation < 0 || incarnation > MAX_INCARNATION) {
            throw new IllegalArgumentException("incarnation must be 0 to 2^40 but was " + incarnation);
        }
        if (!state.isLive()) {
            metadata = Metadata.EMPTY;
        }
    }

    /** Both records must be of one name. */
    @Override
    public int compareTo(MemberRecord other) {
        if (this == other) {
            return 0;
        }
        int order = compareClaims(other);
        if (order != 0) {
            return order;
        }
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : metadata.compareTo(other.metadata);
    }

    /** As {@link #compareTo}, without address and metadata. */
    int compareClaims(MemberRecord other) {
        int byLife = id.compareLives(other.id);
        if (byLife != 0) {
            return byLife;
        }
        int byLeaving = Boolean.compare(state == MemberState.LEFT, other.state == MemberState.LEFT);
        if (byLeaving != 0) {
            return byLeaving;
        }
        int byIncarnation = Long.compare(incarnation, other.incarnation);
        return byIncarnation != 0 ? byIncarnation : Integer.compare(state.rank(), other.state.rank());
    }

    /** Whether the member takes part. */
    public boolean isLive() {
        return state.isLive();
    }

    MemberRecord as(MemberState newState) {
        return new MemberRecord(id, incarnation, newState, address, metadata);
    }

    /** An upper bound of the bytes that this claim takes in a message. */
    public int maxEncodedSize() {
        int numbers = Varints.size(id.epoch()) + Varints.size(incarnation) + Varints.size(metadata.size());
        int extra = state == MemberState.SUSPECT ? ACCUSER_BYTES : state.isLive() ? 0 : MOST_AGE_BYTES;
        return FIXED_BYTES
                + numbers
                + extra
                + id.name().length()
                + address.host().length()
                + metadata.size();
    }

    /** 64 bits that stand for everything that {@link #compareClaims} looks at. */
    long digest() {
        return Hashing.combine(Hashing.combine(id.life(), incarnation), state.rank());
    }

    @Override
    public String toString() {
        return id + " " + state + "(" + incarnation + ") at " + address;
    }
}
