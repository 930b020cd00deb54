package io.muster.lb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What is asked of targets before a balancer takes them. */
final class Targets {
    private Targets() {}

    /** Whether these are what the endpoints are of already. */
    static boolean areThose(List<Target> targets, List<Endpoint> endpoints) {
        if (endpoints.size() != targets.size()) {
            return false;
        }
        int i = 0;
        for (Target target : targets) {
            Endpoint endpoint = endpoints.get(i++);
            if (!endpoint.isProcess(target) || !endpoint.target().equals(target)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Sorted by id, as they mostly come.
     *
     * @throws IllegalArgumentException when two share an id, a weight is out of range, or there are too many
     */
    static List<Target> sorted(Collection<? extends Target> targets) {
        Require.between("number of targets", targets.size(), 0, LoadBalancer.MAX_TARGETS);
        List<Target> sorted = new ArrayList<>(targets);
        if (!isValid(sorted)) {
            sorted.sort(Comparator.comparing(Target::id));
            for (int i = 0; i < sorted.size(); i++) {
                Target target = sorted.get(i);
                Require.between("weight of " + target.id(), target.weight(), 0, Target.MAX_WEIGHT);
                if (i > 0 && target.id().equals(sorted.get(i - 1).id())) {
                    throw new IllegalArgumentException(
                            "id must be unique among the targets but was " + target.id() + " twice");
                }
            }
        }
        return sorted;
    }

    /** Whether they are in strict order, of weights in range. */
    private static boolean isValid(List<Target> targets) {
        String before = null;
        for (Target target : targets) {
            String id = target.id();
            int weight = target.weight();
            if (weight < 0 || weight > Target.MAX_WEIGHT || (before != null && before.compareTo(id) >= 0)) {
                return false;
            }
            before = id;
        }
        return true;
    }
}
