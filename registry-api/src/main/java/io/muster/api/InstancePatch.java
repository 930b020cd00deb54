package io.muster.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change of what an instance says of itself: the body of {@code PATCH …/instances/{id}?generation=}. Absent parts stay.
 *
 * @param status STARTING, UP or DRAINING
 * @param weight 0 to 10000
 * @param metadata replaces all metadata
 */
public record InstancePatch(
        @Nullable InstanceStatus status,
        @Nullable Integer weight,
        @Nullable Map<String, String> metadata) {
    /** @throws InvalidFieldException when a part breaks its rule */
    public InstancePatch {
        if (status != null) {
            Registration.ownStatus(status);
        }
        if (weight != null) {
            Names.between("weight", weight, 0, Registration.MAX_WEIGHT);
        }
        if (metadata != null) {
            metadata = Names.metadata(metadata);
        }
    }

    /** A patch of the status alone. */
    public static InstancePatch status(InstanceStatus status) {
        return new InstancePatch(status, null, null);
    }
}
