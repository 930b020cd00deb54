package io.muster.api;

import java.util.Optional;

/**
 * A place in the catalogue's history, written {@code epoch:index}. The index counts the catalogue's changes; the epoch is
 * new whenever history may have been lost, so that positions of different epochs cannot be compared.
 *
 * @param epoch names one unbroken history; 0 to 2^53
 * @param index the number of changes applied; 0 to 2^53
 */
public record Position(long epoch, long index) {
    /** The largest epoch and index: every JSON reader keeps an integer up to this exactly. */
    public static final long MAX_VALUE = 1L << 53;

    /** The position of one who knows nothing. */
    public static final Position NONE = new Position(0, 0);

    /** @throws InvalidFieldException when a part is out of range */
    public Position {
        if (epoch < 0 || epoch > MAX_VALUE || index < 0 || index > MAX_VALUE) {
            throw new InvalidFieldException(
                    "position", "epoch:index with both between 0 and 2^53", epoch + ":" + index);
        }
    }

    /**
     * Reads {@code epoch:index}.
     *
     * @throws InvalidFieldException when the text is anything else
     */
    public static Position parse(String text) {
        return parse("position", text);
    }

    /** Reads {@code epoch:index}, blaming {@code field} when the text is anything else. */
    public static Position parse(String field, String text) {
        return tryParse(text)
                .orElseThrow(() -> new InvalidFieldException(field, "epoch:index with both between 0 and 2^53", text));
    }

    /** Reads {@code epoch:index}; empty when the text is anything else. */
    public static Optional<Position> tryParse(String text) {
        int colon = text.indexOf(':');
        long epoch = number(text, 0, colon);
        long index = number(text, colon + 1, text.length());
        return epoch < 0 || index < 0 ? Optional.empty() : Optional.of(new Position(epoch, index));
    }

    /** Whether this position is of {@code other}'s epoch and not before it. */
    public boolean covers(Position other) {
        return epoch == other.epoch && index >= other.index;
    }

    @Override
    public String toString() {
        return epoch + ":" + index;
    }

    /** The decimal number in {@code text[from, to)}, or -1. */
    private static long number(String text, int from, int to) {
        if (to - from < 1 || to - from > 16) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value > MAX_VALUE ? -1 : value;
    }
}
