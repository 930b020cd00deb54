package io.muster.api;

import java.util.List;
import java.util.Objects;

/**
 * The stream's event {@code change}: what changed in one service, gathered over a few milliseconds. Applying it twice, or
 * applying it to a newer view, is harmless: a client drops one whose position its view of the service already covers.
 *
 * @param namespace the service's namespace
 * @param service its name
 * @param position where the service now is
 * @param instances those that are new or different, each as a whole
 * @param removed those that are gone
 */
public record ChangeEvent(
        String namespace, String service, Position position, List<Instance> instances, List<Removal> removed) {
    /** The event's name on the stream. */
    public static final String NAME = "change";

    /** Absent optional parts (null when read from JSON) take their defaults. */
    public ChangeEvent {
        namespace = Objects.requireNonNullElse(namespace, Names.DEFAULT_NAMESPACE);
        Names.required("service", service);
        Names.required("position", position);
        instances = instances == null ? List.of() : List.copyOf(instances);
        removed = removed == null ? List.of() : List.copyOf(removed);
    }

    /**
     * An instance that is gone.
     *
     * @param id its id
     * @param reason why it is gone
     */
    public record Removal(String id, String reason) {
        /** Absent optional parts (null when read from JSON) take their defaults. */
        public Removal {
            Names.required("id", id);
            reason = Objects.requireNonNullElse(reason, "");
        }
    }
}
