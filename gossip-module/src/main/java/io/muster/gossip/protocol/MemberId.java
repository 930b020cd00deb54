package io.muster.gossip.protocol;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One life of a node. The name is what people know; a process draws a new uid, and takes an epoch above all that its name has
 * had, so that a later life supersedes an earlier one at once and without clocks. Immutable.
 */
public final class MemberId {
    /** Longest name, in characters, which are all ASCII. */
    public static final int MAX_NAME = 64;

    /** No epoch is higher; a claim above it is poison. */
    public static final long MAX_EPOCH = 1L << 48;

    private final String name;
    private final long epoch;
    private final UUID uid;
    private final long nameHash;
    private final long life;

    /**
     * @param name 1 to 64 characters of {@code A-Z a-z 0-9 . _ : / @ -}
     * @param epoch 0 to 2^48
     * @param uid drawn at random by each process
     */
    public MemberId(String name, long epoch, UUID uid) {
        if (name.isEmpty() || name.length() > MAX_NAME || !isPlain(name)) {
            throw new IllegalArgumentException(
                    "name must be 1 to 64 characters of A-Z a-z 0-9 . _ : / @ - but was " + Text.shown(name));
        }
        if (epoch < 0 || epoch > MAX_EPOCH) {
            throw new IllegalArgumentException("epoch must be 0 to 2^48 but was " + epoch);
        }
        this.name = name;
        this.epoch = epoch;
        this.uid = uid;
        this.nameHash = Hashing.of(name);
        this.life = Hashing.combine(
                Hashing.combine(Hashing.combine(nameHash, epoch), uid.getMostSignificantBits()),
                uid.getLeastSignificantBits());
    }

    public String name() {
        return name;
    }

    public long epoch() {
        return epoch;
    }

    public UUID uid() {
        return uid;
    }

    /** 64 bits that stand for the name, the same on every machine. */
    public long nameHash() {
        return nameHash;
    }

    /** 64 bits that stand for name, epoch and uid, the same on every machine. */
    public long life() {
        return life;
    }

    MemberId withEpoch(long newEpoch) {
        return new MemberId(name, newEpoch, uid);
    }

    /** Whether this life is earlier (below 0) or later (above 0) than another of the same name. */
    int compareLives(MemberId other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : uid.compareTo(other.uid);
    }

    static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean plain = letter || (c >= '0' && c <= '9') || "._:/@-".indexOf(c) >= 0;
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof MemberId that
                && life == that.life
                && epoch == that.epoch
                && uid.equals(that.uid)
                && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(life);
    }

    @Override
    public String toString() {
        return name + "#" + epoch + "/" + Long.toHexString(uid.getMostSignificantBits() >>> 40);
    }
}
