package io.muster.api;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /v1/services/{service}/history}: why its instances take traffic, or do not.
 *
 * @param namespace the service's namespace
 * @param service its name
 * @param entries the last changes that this node remembers, newest first
 */
public record ServiceHistory(String namespace, String service, List<Entry> entries) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public ServiceHistory {
        namespace = Objects.requireNonNullElse(namespace, Names.DEFAULT_NAMESPACE);
        Names.required("service", service);
        entries = entries == null ? List.of() : List.copyOf(entries);
    }

    /**
     * One change of one instance.
     *
     * @param position where the service was then
     * @param at when, by this node's wall clock (ISO 8601, UTC)
     * @param id the instance's id
     * @param from its status before; null when it was new
     * @param to its status after; null when it was gone
     * @param source who caused it: INSTANCE, CHECKS, OPERATOR or REGISTRY
     * @param reason why, for people
     */
    public record Entry(
            Position position,
            String at,
            String id,
            @Nullable InstanceStatus from,
            @Nullable InstanceStatus to,
            String source,
            String reason) {
        /** @throws InvalidFieldException when a part is absent */
        public Entry {
            Names.required("position", position);
            Names.required("at", at);
            Names.required("id", id);
            Names.required("source", source);
            reason = Objects.requireNonNullElse(reason, "");
        }
    }
}
