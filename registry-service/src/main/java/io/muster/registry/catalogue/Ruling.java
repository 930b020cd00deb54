package io.muster.registry.catalogue;

import io.muster.api.OperatorSetting;
import org.jspecify.annotations.Nullable;

/**
 * What operators' settings come to for one instance: its own and its service's, taken together.
 *
 * @param maintenance whether it takes no requests, whatever else is said of it
 * @param weight stands over the instance's own; null when nothing does
 * @param reason why it is in maintenance; empty when it is not
 */
public record Ruling(boolean maintenance, @Nullable Integer weight, String reason) {
    /** Operators say nothing. */
    public static final Ruling NONE = new Ruling(false, null, "");

    private static final String UNSAID = "in maintenance";

    static Ruling of(@Nullable OperatorSetting instance, @Nullable OperatorSetting service) {
        OperatorSetting keeper = instance != null && instance.maintenance() ? instance : service;
        boolean maintenance = keeper != null && keeper.maintenance();
        String reason = keeper == null || !maintenance ? "" : keeper.reason().isEmpty() ? UNSAID : keeper.reason();
        Integer weight = instance == null ? null : instance.weight();
        if (weight == null && service != null) {
            weight = service.weight();
        }
        return new Ruling(maintenance, weight, reason);
    }
}
