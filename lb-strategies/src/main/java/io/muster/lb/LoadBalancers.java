package io.muster.lb;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Makes load balancers and strategies. The one place that knows the system's clock and source of randomness; the forms
 * that take their own are for simulations and tests.
 */
public final class LoadBalancers {
    /** The name of {@link #roundRobin()}. */
    public static final String ROUND_ROBIN = "round-robin";

    /** The name of {@link #powerOfTwoChoices()}, the default. */
    public static final String POWER_OF_TWO_CHOICES = "power-of-two-choices";

    private static final RandomGenerator SYSTEM_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /** A new strategy gets its name here. */
    private static final NavigableMap<String, Function<RandomGenerator, Strategy>> BY_NAME =
            Collections.unmodifiableNavigableMap(new TreeMap<>(Map.of(
                    ROUND_ROBIN, LoadBalancers::roundRobin, POWER_OF_TWO_CHOICES, LoadBalancers::powerOfTwoChoices)));

    private LoadBalancers() {}

    /** A balancer without targets. */
    public static LoadBalancer loadBalancer(Strategy strategy) {
        return loadBalancer(strategy, System::nanoTime, SYSTEM_RANDOM);
    }

    /**
     * A balancer without targets, on a clock and randomness of the caller's.
     *
     * @param nanoClock monotonic time in nanoseconds, from any origin
     * @param random jitters the time that endpoints stay out; used by one thread at a time
     */
    public static LoadBalancer loadBalancer(Strategy strategy, LongSupplier nanoClock, RandomGenerator random) {
        return new LoadBalancer(strategy, nanoClock, random);
    }

    /** Each endpoint in turn, from a random one on. Weights other than 0 make no difference. */
    public static Strategy roundRobin() {
        return roundRobin(SYSTEM_RANDOM);
    }

    /** {@link #roundRobin()} on randomness of the caller's, used when a picker is built. */
    public static Strategy roundRobin(RandomGenerator random) {
        return new RoundRobin(random);
    }

    /** The cheaper of two endpoints drawn at random, by peak EWMA latency, requests in flight, failures and weight. */
    public static Strategy powerOfTwoChoices() {
        return powerOfTwoChoices(SYSTEM_RANDOM);
    }

    /** {@link #powerOfTwoChoices()} on randomness of the caller's, used by every pick, so by all threads that pick. */
    public static Strategy powerOfTwoChoices(RandomGenerator random) {
        return new PowerOfTwoChoices(random);
    }

    /**
     * The strategy of that name.
     *
     * @throws IllegalArgumentException when there is none; the text names the known ones
     */
    public static Strategy strategy(String name) {
        return strategy(name, SYSTEM_RANDOM);
    }

    /** {@link #strategy(String)} on randomness of the caller's. */
    public static Strategy strategy(String name, RandomGenerator random) {
        Function<RandomGenerator, Strategy> factory = BY_NAME.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "strategy must be one of " + String.join(", ", BY_NAME.keySet()) + " but was " + name);
        }
        return factory.apply(random);
    }

    /** The names that {@link #strategy(String)} knows, sorted. */
    public static Set<String> strategyNames() {
        return BY_NAME.keySet();
    }
}
