package io.muster.api;

import java.util.List;

/**
 * The body of {@code POST /v1/reports}: instances that refused a connection. The registry looks at them itself; a report
 * alone takes nobody out.
 *
 * @param instances at most {@link #MAX_INSTANCES}
 */
public record Reports(List<InstanceReference> instances) {
    /** Most instances of one report. */
    public static final int MAX_INSTANCES = 100;

    /** @throws InvalidFieldException when there are too many, or one is absent */
    public Reports {
        Names.required("instances", instances);
        if (instances.size() > MAX_INSTANCES) {
            throw new InvalidFieldException("instances", "at most " + MAX_INSTANCES, instances.size() + " instances");
        }
        for (InstanceReference instance : instances) {
            Names.required("instances", instance);
        }
        instances = List.copyOf(instances);
    }
}
