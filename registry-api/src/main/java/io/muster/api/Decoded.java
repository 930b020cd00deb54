package io.muster.api;

import java.util.List;

/**
 * A value read from JSON.
 *
 * @param value the value
 * @param unknownFields the paths of fields that were passed over, at most 16, printable ASCII
 */
public record Decoded<T>(T value, List<String> unknownFields) {
    /** Copies the list. */
    public Decoded {
        unknownFields = List.copyOf(unknownFields);
    }
}
