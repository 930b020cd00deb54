package io.muster.gossip.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A value that members share, opaque to the protocol: at most 256 bytes, so that it always fits one packet. Immutable. */
public final class StateValue implements Comparable<StateValue> {
    public static final int MAX_BYTES = 256;

    private static final int SHOWN = 16;

    private final byte[] bytes;

    private StateValue(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Makes a value of bytes, which are copied.
     *
     * @throws IllegalArgumentException if there are more than 256
     */
    public static StateValue of(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("value must be at most 256 bytes but was " + bytes.length);
        }
        return new StateValue(bytes.clone());
    }

    /** The UTF-8 of a text. */
    public static StateValue of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** As UTF-8; what is none is replaced. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public int size() {
        return bytes.length;
    }

    byte at(int index) {
        return bytes[index];
    }

    @Override
    public int compareTo(StateValue other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StateValue that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length > SHOWN ? bytes.length + " bytes" : Text.shown(text());
    }
}
