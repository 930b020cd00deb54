package io.muster.gossip.protocol;

/**
 * A claim on its way.
 *
 * @param accuser of a suspicion: {@link MemberId#life()} of the node that raised it; otherwise 0
 * @param ageMillis of a tombstone: how long ago it was set, so that nobody keeps it for ever by learning it anew; 0 to 2^40
 */
public record Rumor(MemberRecord record, long accuser, long ageMillis) implements Spreadable {
    public static final long MAX_AGE_MILLIS = 1L << 40;

    public Rumor {
        if (ageMillis < 0 || ageMillis > MAX_AGE_MILLIS) {
            throw new IllegalArgumentException("ageMillis must be 0 to 2^40 but was " + ageMillis);
        }
    }

    @Override
    public Object subject() {
        return record.id().name();
    }

    @Override
    public int maxEncodedSize() {
        return record.maxEncodedSize();
    }

    @Override
    public void addTo(Message message) {
        message.add(this);
    }
}
