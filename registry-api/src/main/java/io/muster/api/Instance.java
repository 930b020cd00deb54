package io.muster.api;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An instance as the registry shows it.
 *
 * @param id its id within the service
 * @param generation the position at which its process registered
 * @param host where it is reached
 * @param port its TCP port
 * @param secure whether it speaks TLS
 * @param status its effective status: operator over checks over what it says of itself
 * @param reason why it has this status; empty when nothing is to be said
 * @param weight its share of requests relative to the others', 0 to 10000
 * @param zone where it runs; empty for nowhere in particular
 * @param metadata what else it says of itself
 * @param overridden what it would be without its operator's setting; null when none stands over it
 */
public record Instance(
        String id,
        Position generation,
        String host,
        int port,
        boolean secure,
        InstanceStatus status,
        String reason,
        int weight,
        String zone,
        Map<String, String> metadata,
        @Nullable Overridden overridden) {
    /** Absent optional parts (null when read from JSON) take their defaults. */
    public Instance {
        Names.required("id", id);
        Names.required("generation", generation);
        Names.required("host", host);
        status = Objects.requireNonNullElse(status, InstanceStatus.UNKNOWN);
        reason = Objects.requireNonNullElse(reason, "");
        zone = Objects.requireNonNullElse(zone, "");
        metadata = metadata == null ? Map.of() : Map.copyOf(metadata);
    }

    /**
     * What an operator's setting stands over.
     *
     * @param status checks over what the instance says of itself
     * @param reason why it has this status; empty when nothing is to be said
     * @param weight what the instance says of itself
     */
    public record Overridden(InstanceStatus status, String reason, int weight) {
        /** Absent optional parts (null when read from JSON) take their defaults. */
        public Overridden {
            status = Objects.requireNonNullElse(status, InstanceStatus.UNKNOWN);
            reason = Objects.requireNonNullElse(reason, "");
        }
    }
}
