package io.muster.gossip.protocol;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What a member says of itself, opaque to the protocol: at most 512 bytes, so that its record always fits one packet. Immutable. */
public final class Metadata implements Comparable<Metadata> {
    public static final int MAX_BYTES = 512;
    public static final Metadata EMPTY = new Metadata(new byte[0]);

    private final byte[] bytes;

    private Metadata(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Metadata of(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("metadata must be at most 512 bytes but was " + bytes.length);
        }
        return bytes.length == 0 ? EMPTY : new Metadata(bytes.clone());
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    @Override
    public int compareTo(Metadata other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Metadata that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
