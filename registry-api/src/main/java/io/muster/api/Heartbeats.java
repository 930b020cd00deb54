package io.muster.api;

import java.util.List;

/**
 * Renews a batch of registrations: the body of {@code POST /v1/heartbeats}.
 *
 * @param instances 1 to 1000 registrations
 */
public record Heartbeats(List<InstanceReference> instances) {
    /** Most registrations of one batch. */
    public static final int MAX_INSTANCES = 1000;

    /** @throws InvalidFieldException when the batch is absent, empty or too large */
    public Heartbeats {
        Names.required("instances", instances);
        if (instances.isEmpty() || instances.size() > MAX_INSTANCES) {
            throw new InvalidFieldException(
                    "instances", "1 to " + MAX_INSTANCES + " entries", instances.size() + " entries");
        }
        for (InstanceReference instance : instances) {
            Names.required("instances", instance);
        }
        instances = List.copyOf(instances);
    }

    /**
     * The answer.
     *
     * @param unknown those that the registry does not know in this generation: they register again at once
     */
    public record Answer(List<InstanceReference> unknown) {
        /** An absent list is an empty one. */
        public Answer {
            unknown = unknown == null ? List.of() : List.copyOf(unknown);
        }
    }
}
