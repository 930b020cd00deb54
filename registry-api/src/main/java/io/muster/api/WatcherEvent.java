package io.muster.api;

/**
 * The stream's first event, {@code watcher}: under which id the client changes its subscriptions and acknowledges.
 *
 * @param watcher issued by the registry, hard to guess, valid as long as the stream
 * @param position where the registry is
 * @param warming whether the registry started less than one TTL ago
 */
public record WatcherEvent(String watcher, Position position, boolean warming) {
    /** The event's name on the stream. */
    public static final String NAME = "watcher";

    /** @throws InvalidFieldException when a part is absent */
    public WatcherEvent {
        Names.required("watcher", watcher);
        Names.required("position", position);
    }
}
