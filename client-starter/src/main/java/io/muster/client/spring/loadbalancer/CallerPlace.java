package io.muster.client.spring.loadbalancer;

import java.util.Map;

/**
 * Where this application is among the callers of a service.
 *
 * @param caller names this process
 * @param zone where it runs; empty for nowhere in particular
 * @param callers how many instances this application has by zone, this one included; empty when that is not known
 */
record CallerPlace(String caller, String zone, Map<String, Integer> callers) {
    /** A caller of which nothing is known. */
    static final CallerPlace NOWHERE = new CallerPlace("", "", Map.of());

    CallerPlace {
        callers = Map.copyOf(callers);
    }

    CallerPlace withCallers(Map<String, Integer> newCallers) {
        return new CallerPlace(caller, zone, newCallers);
    }
}
