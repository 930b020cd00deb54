package io.muster.api;

import java.util.List;
import java.util.Objects;

/**
 * The services of one namespace: the answer to {@code GET /v1/services}.
 *
 * @param namespace whose
 * @param services sorted by name
 */
public record ServiceList(String namespace, List<Entry> services) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public ServiceList {
        namespace = Objects.requireNonNullElse(namespace, Names.DEFAULT_NAMESPACE);
        services = services == null ? List.of() : List.copyOf(services);
    }

    /**
     * One service.
     *
     * @param name its name
     * @param position where it last changed
     * @param instances how many instances it has, in every status
     * @param up how many of them take requests
     */
    public record Entry(String name, Position position, int instances, int up) {
        /** @throws InvalidFieldException when name or position are absent */
        public Entry {
            Names.required("name", name);
            Names.required("position", position);
        }
    }
}
