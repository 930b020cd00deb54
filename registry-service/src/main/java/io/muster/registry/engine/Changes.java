package io.muster.registry.engine;

import io.muster.api.Position;
import io.muster.registry.catalogue.Change;
import java.util.List;

/**
 * What changed since a position.
 *
 * @param complete false when the position is of another epoch, from the future, or older than what is remembered: whoever
 *     asked needs a snapshot
 * @param changes in order; empty when not complete
 * @param upTo where one is after them
 */
public record Changes(boolean complete, List<Change> changes, Position upTo) {
    /** Copies the list. */
    public Changes {
        changes = List.copyOf(changes);
    }
}
