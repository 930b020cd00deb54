package io.muster.benchmarks.quality;

import io.muster.benchmarks.quality.LibraryClients.Settings;
import io.muster.lb.LoadBalancers;
import io.muster.lb.Options;
import io.muster.lb.OutlierDetection;
import io.muster.lb.SlowStart;
import io.muster.lb.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** The library's strategies, with what surrounds them. */
final class Policies {
    static final Policy RANDOM = LibraryClients.policy(LoadBalancers.RANDOM);
    static final Policy ROUND_ROBIN = LibraryClients.policy(LoadBalancers.ROUND_ROBIN);
    static final Policy WEIGHTED_RANDOM = LibraryClients.policy(LoadBalancers.WEIGHTED_RANDOM);
    static final Policy WEIGHTED_ROUND_ROBIN = LibraryClients.policy(LoadBalancers.WEIGHTED_ROUND_ROBIN);
    static final Policy LEAST_OF_TWO = LibraryClients.policy(LoadBalancers.LEAST_IN_FLIGHT_OF_TWO);
    static final Policy LEAST = LibraryClients.policy(LoadBalancers.LEAST_IN_FLIGHT);
    static final Policy DEFAULT = LibraryClients.policy(LoadBalancers.POWER_OF_TWO_CHOICES);
    static final Policy REPORTED = LibraryClients.policy(
            LoadBalancers.POWER_OF_TWO_CHOICES + ", reported load",
            LoadBalancers.POWER_OF_TWO_CHOICES,
            Settings.REPORTED);
    static final Policy DECLINABLE = LibraryClients.policy(
            LoadBalancers.POWER_OF_TWO_CHOICES + ", reported load, declining",
            LoadBalancers.POWER_OF_TWO_CHOICES,
            Settings.DECLINABLE);

    /** What a service chooses from whose requests have no keys. */
    static final List<Policy> UNKEYED =
            List.of(RANDOM, ROUND_ROBIN, LEAST, LEAST_OF_TWO, DEFAULT, REPORTED, DECLINABLE);

    private static final Set<String> ALIKE =
            Set.of(LoadBalancers.POWER_OF_TWO_CHOICES, REPORTED.name(), DECLINABLE.name());

    private Policies() {}

    /** Whether it is the default strategy, whatever it hears of load. */
    static boolean isDefault(String policy) {
        return ALIKE.contains(policy);
    }

    static Policy with(String what, Options options, String strategy) {
        return LibraryClients.policy(strategy + ", " + what, strategy, Settings.with(options));
    }

    static Policy outliers(String strategy) {
        return with("outlier detection", Options.NONE.withOutliers(OutlierDetection.ON), strategy);
    }

    static Policy slowStart(String strategy) {
        return with("slow start", Options.NONE.withSlowStart(new SlowStart(Duration.ofSeconds(10), 10)), strategy);
    }

    static Policy choices(int choices) {
        Function<RandomGenerator, Strategy> strategy = random -> LoadBalancers.powerOfChoices(choices, random);
        return LibraryClients.policy("d = " + choices, Settings.PLAIN, strategy);
    }

    static Policy bounded(double factor) {
        return LibraryClients.policy(
                "consistent hashing, bounded by " + factor,
                Settings.PLAIN,
                random -> LoadBalancers.boundedConsistentHashing(factor));
    }
}
