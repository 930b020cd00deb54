package io.muster.benchmarks.pick;

import io.muster.lb.LoadBalancers;
import java.util.List;
import java.util.function.Predicate;

/**
 * Benchmarks that run in the same way.
 *
 * @param part the part of the run that they belong to
 * @param type the class that JMH runs
 * @param methods of which of its methods, as a regular expression
 * @param kinds of which of them; empty when the class has no kinds
 * @param endpoints how many there are to choose from, one run each
 * @param threads at once
 * @param isLong whether so much code runs that warming up takes longer
 * @param isCompared whether they decide a row that says how far two of them may be apart, so that they run in each round
 */
record Group(
        String part,
        Class<?> type,
        String methods,
        List<String> kinds,
        List<Integer> endpoints,
        int threads,
        boolean isLong,
        boolean isCompared) {
    static final String LIMITS = "limits";
    static final String STRATEGIES = "strategies";
    static final String MEMBERSHIP = "membership";
    static final String STARTER = "starter";
    static final String RIVALS = "rivals";

    /** How many endpoints there are to choose from. */
    static final List<Integer> SIZES = List.of(10, 100, 1000);

    private static final String ALL = "\\w+";
    private static final List<Integer> MIDDLE = List.of(100);
    private static final List<Integer> LARGEST = List.of(1000);

    private static final List<String> NO_KINDS = List.of();
    private static final List<String> COMPARED = List.of(
            LoadBalancers.ROUND_ROBIN,
            LoadBalancers.WEIGHTED_ROUND_ROBIN,
            LoadBalancers.LEAST_IN_FLIGHT_OF_TWO,
            LoadBalancers.POWER_OF_TWO_CHOICES);
    private static final List<String> COMPARED_KEYED = List.of(LoadBalancers.CONSISTENT_HASHING, LoadBalancers.MAGLEV);

    /** All of them, those next to each other that are compared. */
    static List<Group> all() {
        List<String> strategies = List.copyOf(LoadBalancers.strategyNames());
        List<String> unkeyed =
                names(strategies, name -> !LoadBalancers.strategy(name).isKeyed());
        List<String> keyed =
                names(strategies, name -> LoadBalancers.strategy(name).isKeyed());
        List<String> others = names(unkeyed, name -> !COMPARED.contains(name));
        List<String> othersKeyed = names(keyed, name -> !COMPARED_KEYED.contains(name));
        List<String> counted = List.of(LoadBalancers.LEAST_IN_FLIGHT_OF_TWO);
        return List.of(
                compared(LIMITS, Limits.class, ALL, NO_KINDS, SIZES, 1),
                compared(STRATEGIES, StrategyCost.class, "(pick|cycle)", COMPARED, SIZES, 1),
                compared(STRATEGIES, KeyedStrategyCost.class, "pick", COMPARED_KEYED, SIZES, 1),
                compared(STRATEGIES, StrategyCost.class, "cycle", counted, SIZES, 2),
                shown(STRATEGIES, StrategyCost.class, "(pick|cycle)", others, SIZES, 1),
                shown(STRATEGIES, StrategyCost.class, "pickBusy", unkeyed, SIZES, 1),
                shown(STRATEGIES, KeyedStrategyCost.class, "cycle", COMPARED_KEYED, SIZES, 1),
                shown(STRATEGIES, KeyedStrategyCost.class, ALL, othersKeyed, SIZES, 1),
                shown(LIMITS, Limits.class, ALL, NO_KINDS, MIDDLE, 2),
                shown(STRATEGIES, StrategyCost.class, "(pick|cycle)", unkeyed, SIZES, 2),
                shown(STRATEGIES, KeyedStrategyCost.class, ALL, keyed, SIZES, 2),
                new Group(MEMBERSHIP, MembershipCost.class, ALL, strategies, LARGEST, 1, true, true),
                slow(STARTER, StarterCost.class, NO_KINDS, SIZES, 1),
                slow(RIVALS, SpringRivals.class, SpringRivals.KINDS, SIZES, 1),
                slow(RIVALS, SpringRivals.class, SpringRivals.KINDS, MIDDLE, 2),
                shown(RIVALS, GrpcRivals.class, ALL, GrpcRivals.KINDS, SIZES, 1),
                shown(RIVALS, GrpcRivals.class, ALL, GrpcRivals.KINDS, MIDDLE, 2),
                shown(RIVALS, RibbonRivals.class, ALL, RibbonRivals.KINDS, SIZES, 1),
                shown(RIVALS, RibbonRivals.class, ALL, RibbonRivals.KINDS, MIDDLE, 2));
    }

    private static Group compared(
            String part, Class<?> type, String methods, List<String> kinds, List<Integer> sizes, int threads) {
        return new Group(part, type, methods, kinds, sizes, threads, false, true);
    }

    private static Group shown(
            String part, Class<?> type, String methods, List<String> kinds, List<Integer> sizes, int threads) {
        return new Group(part, type, methods, kinds, sizes, threads, false, false);
    }

    private static Group slow(String part, Class<?> type, List<String> kinds, List<Integer> sizes, int threads) {
        return new Group(part, type, ALL, kinds, sizes, threads, true, false);
    }

    private static List<String> names(List<String> of, Predicate<String> which) {
        return of.stream().filter(which).toList();
    }

    /** What JMH is to run. */
    String include() {
        return "\\." + type.getSimpleName() + "\\." + methods + "$";
    }

    @Override
    public String toString() {
        return type.getSimpleName()
                + (methods.equals(ALL) ? "" : "." + methods)
                + (isCompared ? " compared" : "")
                + (threads == 1 ? "" : ", " + threads + " threads");
    }
}
