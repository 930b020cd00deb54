package io.muster.registry.probe;

import java.util.HashMap;
import java.util.Map;

/** How many probes may be under way, and how many of them for one owner, so that nobody's use up the others'. Thread-safe. */
final class ProbePermits {
    static final int MAX_PROBES = 1024;
    static final int MAX_OF_OWNER = MAX_PROBES / 4;

    private final Map<String, Integer> ofOwner = new HashMap<>();
    private int underWay;

    /** Whether a probe may begin; if so, {@link #leave} must follow. */
    synchronized boolean enter(String owner) {
        if (underWay >= MAX_PROBES || ofOwner.getOrDefault(owner, 0) >= MAX_OF_OWNER) {
            return false;
        }
        underWay++;
        ofOwner.merge(owner, 1, Integer::sum);
        return true;
    }

    synchronized void leave(String owner) {
        underWay--;
        ofOwner.computeIfPresent(owner, (name, count) -> count == 1 ? null : count - 1);
    }
}
