package io.muster.benchmarks.pick;

import io.muster.lb.LoadBalancers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Benchmarks that run in the same way.
 *
 * @param part the part of the run that they belong to
 * @param type the class that JMH runs
 * @param kinds of which of them; empty when the class has no kinds
 * @param endpoints how many there are to choose from, one run each
 * @param threads at once
 * @param isLong whether so much code runs that warming up takes longer
 */
record Group(String part, Class<?> type, List<String> kinds, List<Integer> endpoints, int threads, boolean isLong) {
    static final String LIMITS = "limits";
    static final String STRATEGIES = "strategies";
    static final String MEMBERSHIP = "membership";
    static final String STARTER = "starter";
    static final String RIVALS = "rivals";

    /** How many endpoints there are to choose from. */
    static final List<Integer> SIZES = List.of(10, 100, 1000);

    private static final List<Integer> MIDDLE = List.of(100);
    private static final List<Integer> LARGEST = List.of(1000);

    /** All of them, those next to each other that are compared. */
    static List<Group> all() {
        List<String> strategies = List.copyOf(LoadBalancers.strategyNames());
        Map<Boolean, List<String>> byKeys = strategies.stream()
                .collect(Collectors.partitioningBy(
                        name -> LoadBalancers.strategy(name).isKeyed()));
        List<String> unkeyed = Objects.requireNonNull(byKeys.get(false));
        List<String> keyed = Objects.requireNonNull(byKeys.get(true));
        return List.of(
                new Group(LIMITS, Limits.class, List.of(), SIZES, 1, false),
                new Group(STRATEGIES, StrategyCost.class, unkeyed, SIZES, 1, false),
                new Group(STRATEGIES, KeyedStrategyCost.class, keyed, SIZES, 1, false),
                new Group(MEMBERSHIP, MembershipCost.class, strategies, LARGEST, 1, true),
                new Group(STARTER, StarterCost.class, List.of(), SIZES, 1, true),
                new Group(LIMITS, Limits.class, List.of(), MIDDLE, 2, false),
                new Group(STRATEGIES, StrategyCost.class, unkeyed, SIZES, 2, false),
                new Group(STRATEGIES, KeyedStrategyCost.class, keyed, SIZES, 2, false),
                new Group(RIVALS, SpringRivals.class, SpringRivals.KINDS, SIZES, 1, true),
                new Group(RIVALS, SpringRivals.class, SpringRivals.KINDS, MIDDLE, 2, true),
                new Group(RIVALS, GrpcRivals.class, GrpcRivals.KINDS, SIZES, 1, false),
                new Group(RIVALS, GrpcRivals.class, GrpcRivals.KINDS, MIDDLE, 2, false),
                new Group(RIVALS, RibbonRivals.class, RibbonRivals.KINDS, SIZES, 1, false),
                new Group(RIVALS, RibbonRivals.class, RibbonRivals.KINDS, MIDDLE, 2, false));
    }

    @Override
    public String toString() {
        return type.getSimpleName() + (threads == 1 ? "" : ", " + threads + " threads");
    }
}
