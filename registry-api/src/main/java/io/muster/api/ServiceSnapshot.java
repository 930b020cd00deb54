package io.muster.api;

import java.util.List;
import java.util.Objects;

/**
 * All instances of one service, in every status. It depends on the service alone: changes elsewhere leave it as it is.
 *
 * @param namespace the service's namespace
 * @param service its name
 * @param position where the service last changed; {@code epoch:0} for one that never had an instance
 * @param instances sorted by id
 */
public record ServiceSnapshot(String namespace, String service, Position position, List<Instance> instances) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public ServiceSnapshot {
        namespace = Objects.requireNonNullElse(namespace, Names.DEFAULT_NAMESPACE);
        Names.required("service", service);
        Names.required("position", position);
        instances = instances == null ? List.of() : List.copyOf(instances);
    }
}
