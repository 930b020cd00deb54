package io.muster.api;

import java.util.List;

/**
 * The answer to {@code GET /v1/operator/silence}: where so many instances fell silent at once that none of them is evicted.
 *
 * @param holds one per namespace
 */
public record SilenceHolds(List<Hold> holds) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public SilenceHolds {
        holds = holds == null ? List.of() : List.copyOf(holds);
    }

    /**
     * One namespace in which eviction is held back.
     *
     * @param namespace its name
     * @param silent how many instances are silent
     * @param of how many were alive before
     * @param heldSeconds for how long they have been held
     */
    public record Hold(String namespace, int silent, int of, long heldSeconds) {
        /** @throws InvalidFieldException when a part is absent */
        public Hold {
            Names.required("namespace", namespace);
        }
    }
}
