package io.muster.api;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /v1/operator/settings}: what operators say in a namespace, also of what is not registered now.
 *
 * @param namespace where
 * @param settings sorted by service and id, a service's own first
 */
public record OperatorSettings(String namespace, List<Entry> settings) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public OperatorSettings {
        namespace = Objects.requireNonNullElse(namespace, Names.DEFAULT_NAMESPACE);
        settings = settings == null ? List.of() : List.copyOf(settings);
    }

    /**
     * One setting.
     *
     * @param service whose it is
     * @param id of which instance; null for the whole service
     * @param setting what was said
     */
    public record Entry(String service, @Nullable String id, OperatorSetting setting) {
        /** @throws InvalidFieldException when service or setting are absent */
        public Entry {
            Names.required("service", service);
            Names.required("setting", setting);
        }
    }
}
