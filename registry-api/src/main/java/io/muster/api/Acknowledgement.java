package io.muster.api;

/**
 * A watcher's word that it has applied everything up to a position: the body of {@code POST /v1/watch/{watcher}/ack}.
 *
 * @param position the last event id that it applied
 */
public record Acknowledgement(Position position) {
    /** @throws InvalidFieldException when the position is absent */
    public Acknowledgement {
        Names.required("position", position);
    }
}
