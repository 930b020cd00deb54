package io.muster.gossip.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read lately, found again by its bytes: whoever reads the same bytes again gets the same object, and nothing is read. Not
 * thread-safe.
 *
 * @param <T> immutable
 */
final class ReadCache<T> {
    /*
     * What was read has one place, by a hash of its bytes; what was there before gives way. So it is bounded, holds on to little
     * that nobody else holds, and costs one comparison; where two contest a place each is read again, which does no harm. All
     * bytes are compared, so whoever finds out how to make hashes collide wins nothing by it.
     */
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;
    private static final int SHIFT = 32;

    private record Known<E>(ByteBuffer bytes, E thing) {
        boolean isAt(ByteBuffer in, int begin, int length) {
            if (bytes.capacity() != length) {
                return false;
            }
            int at = 0;
            for (; at <= length - Long.BYTES; at += Long.BYTES) {
                if (bytes.getLong(at) != in.getLong(begin + at)) {
                    return false;
                }
            }
            for (; at < length; at++) {
                if (bytes.get(at) != in.get(begin + at)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Reads from a buffer's position on, within its limit; null: what is there is to be passed over. */
    interface Reader<E> {
        @Nullable
        E read(ByteBuffer in);
    }

    private final int size;
    private List<@Nullable Known<T>> places = List.of();

    /**
     * Makes an empty one.
     *
     * @param size how many things are kept, a power of two
     */
    ReadCache(int size) {
        this.size = size;
    }

    /**
     * What the next bytes of a buffer say; its position is somewhere behind its beginning then.
     *
     * @param length of them, no more than remain
     * @param reader reads them, and throws what it likes if they make no sense
     */
    @Nullable
    T read(ByteBuffer in, int length, Reader<T> reader) {
        int begin = in.position();
        if (places.isEmpty()) {
            places = new ArrayList<>(Collections.nCopies(size, null));
        }
        int place = hash(in, begin, length) & (size - 1);
        Known<T> known = places.get(place);
        if (known != null && known.isAt(in, begin, length)) {
            in.position(begin + length);
            return known.thing;
        }
        T thing = reader.read(in);
        if (thing != null) {
            byte[] bytes = new byte[length];
            in.get(begin, bytes);
            places.set(place, new Known<>(ByteBuffer.wrap(bytes), thing));
        }
        return thing;
    }

    private static int hash(ByteBuffer in, int begin, int length) {
        long hash = length;
        int at = 0;
        for (; at <= length - Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ in.getLong(begin + at)) * MULTIPLIER;
            hash ^= hash >>> SHIFT;
        }
        for (; at < length; at++) {
            hash = (hash ^ in.get(begin + at)) * MULTIPLIER;
        }
        return (int) (hash ^ (hash >>> SHIFT));
    }
}
