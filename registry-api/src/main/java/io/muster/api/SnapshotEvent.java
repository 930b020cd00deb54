package io.muster.api;

/**
 * The stream's event {@code snapshot}: a service as a whole. It replaces what the client knew, except that a client
 * removes nobody on the word of a warming registry.
 *
 * @param warming whether the registry started less than one TTL ago and may not know everybody yet
 * @param snapshot the service
 */
public record SnapshotEvent(boolean warming, ServiceSnapshot snapshot) {
    /** The event's name on the stream. */
    public static final String NAME = "snapshot";

    /** @throws InvalidFieldException when the snapshot is absent */
    public SnapshotEvent {
        Names.required("snapshot", snapshot);
    }
}
