package io.muster.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code POST …/instances/{id}/drain}: whether everybody who watches the service has applied that the instance
 * takes no more requests.
 *
 * @param position where the service was once the instance was draining; what the watchers must have applied
 * @param complete whether all of them have; then nobody can choose the instance any more
 * @param warming whether the registry started less than one TTL ago and may not know all watchers: never complete
 * @param waiting those that have not, at most {@link #MAX_WAITING} of them
 */
public record DrainResult(Position position, boolean complete, boolean warming, List<Waiting> waiting) {
    /** Most watchers that one answer names. */
    public static final int MAX_WAITING = 100;

    /** Absent optional parts (null when read from JSON) take their defaults. */
    public DrainResult {
        Names.required("position", position);
        waiting = waiting == null ? List.of() : List.copyOf(waiting);
    }

    /**
     * A watcher that has not applied the position.
     *
     * @param watcher how its id begins, or who asks without keeping a stream
     * @param instance the registration that its stream belongs to; null when it belongs to none
     * @param acknowledged what it has applied
     * @param connected false when its stream broke without a farewell, so that it may still act on what it last knew
     */
    public record Waiting(
            String watcher, @Nullable InstanceReference instance, Position acknowledged, boolean connected) {
        /** @throws InvalidFieldException when a part is absent */
        public Waiting {
            Names.required("watcher", watcher);
            Names.required("acknowledged", acknowledged);
        }
    }
}
