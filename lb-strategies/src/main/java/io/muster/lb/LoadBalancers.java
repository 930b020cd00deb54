package io.muster.lb;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
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

    /** The name of {@link #weightedRoundRobin()}. */
    public static final String WEIGHTED_ROUND_ROBIN = "weighted-round-robin";

    /** The name of {@link #random()}. */
    public static final String RANDOM = "random";

    /** The name of {@link #weightedRandom()}. */
    public static final String WEIGHTED_RANDOM = "weighted-random";

    /** The name of {@link #powerOfTwoChoices()}, the default. */
    public static final String POWER_OF_TWO_CHOICES = "power-of-two-choices";

    /** The name of {@link #leastInFlightOfTwo()}. */
    public static final String LEAST_IN_FLIGHT_OF_TWO = "least-in-flight-of-two";

    /** The name of {@link #leastInFlight()}. */
    public static final String LEAST_IN_FLIGHT = "least-in-flight";

    /** The name of {@link #consistentHashing()}. */
    public static final String CONSISTENT_HASHING = "consistent-hashing";

    /** The name of {@link #boundedConsistentHashing(double)} with {@link #LOAD_FACTOR}. */
    public static final String BOUNDED_CONSISTENT_HASHING = "bounded-consistent-hashing";

    /** The name of {@link #maglev()}. */
    public static final String MAGLEV = "maglev";

    /** How many times its share an endpoint has at most, where nothing else is said. */
    public static final double LOAD_FACTOR = 1.25;

    private static final int MAX_CHOICES = 10;
    private static final double MAX_LOAD_FACTOR = 100;

    private static final RandomGenerator SYSTEM_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /** A new strategy gets its name here. */
    private static final NavigableMap<String, Function<RandomGenerator, Strategy>> BY_NAME =
            Collections.unmodifiableNavigableMap(new TreeMap<>(Map.of(
                    ROUND_ROBIN, RoundRobin::new,
                    WEIGHTED_ROUND_ROBIN, WeightedRoundRobin::new,
                    RANDOM, RandomChoice::new,
                    WEIGHTED_RANDOM, WeightedRandom::new,
                    POWER_OF_TWO_CHOICES, LoadBalancers::powerOfTwoChoices,
                    LEAST_IN_FLIGHT_OF_TWO, random -> new PowerOfChoices(2, false, random),
                    LEAST_IN_FLIGHT, LeastInFlight::new,
                    CONSISTENT_HASHING, random -> new HashRing(),
                    BOUNDED_CONSISTENT_HASHING, random -> new BoundedHashRing(LOAD_FACTOR),
                    MAGLEV, random -> new Maglev())));

    private LoadBalancers() {}

    /** A balancer without targets. What it builds anew because of failures or time, the caller whose pick or answer shows it builds. */
    public static LoadBalancer loadBalancer(Strategy strategy) {
        return loadBalancer(strategy, Runnable::run);
    }

    /**
     * A balancer without targets.
     *
     * @param executor builds anew what failures or time have changed; at most one task of a balancer waits at a time
     */
    public static LoadBalancer loadBalancer(Strategy strategy, Executor executor) {
        return new LoadBalancer(strategy, System::nanoTime, SYSTEM_RANDOM, executor);
    }

    /**
     * A balancer without targets, on a clock and randomness of the caller's.
     *
     * @param nanoClock monotonic time in nanoseconds, from any origin
     * @param random jitters the time that endpoints stay out, used by one thread at a time; with zones it also draws the zone, on every pick
     */
    public static LoadBalancer loadBalancer(Strategy strategy, LongSupplier nanoClock, RandomGenerator random) {
        return new LoadBalancer(strategy, nanoClock, random, Runnable::run);
    }

    /** Each endpoint in turn, from a random one on. Weights other than 0 make no difference. */
    public static Strategy roundRobin() {
        return new RoundRobin(SYSTEM_RANDOM);
    }

    /** {@link #roundRobin()} on randomness of the caller's, used when a picker is built. */
    public static Strategy roundRobin(RandomGenerator random) {
        return new RoundRobin(random);
    }

    /** Each endpoint in turn, heavier ones more often, in a smooth order. */
    public static Strategy weightedRoundRobin() {
        return new WeightedRoundRobin(SYSTEM_RANDOM);
    }

    /** Any endpoint, all equally likely. */
    public static Strategy random() {
        return new RandomChoice(SYSTEM_RANDOM);
    }

    /** Any endpoint, with a probability in proportion to its weight. */
    public static Strategy weightedRandom() {
        return new WeightedRandom(SYSTEM_RANDOM);
    }

    /** The cheaper of two endpoints drawn at random, by peak EWMA latency, requests in flight, failures and weight. */
    public static Strategy powerOfTwoChoices() {
        return powerOfTwoChoices(SYSTEM_RANDOM);
    }

    /** {@link #powerOfTwoChoices()} on randomness of the caller's, used by every pick, so by all threads that pick. */
    public static Strategy powerOfTwoChoices(RandomGenerator random) {
        return powerOfChoices(2, random);
    }

    /**
     * The cheapest of several endpoints drawn at random, as {@link #powerOfTwoChoices()}.
     *
     * @param choices how many, 1 to 10; 1 is {@link #weightedRandom()}. More see a little more and herd a little sooner
     * @throws IllegalArgumentException when it is out of range
     */
    public static Strategy powerOfChoices(int choices) {
        return powerOfChoices(choices, SYSTEM_RANDOM);
    }

    /** {@link #powerOfChoices(int)} on randomness of the caller's. */
    public static Strategy powerOfChoices(int choices, RandomGenerator random) {
        Require.between("choices", choices, 1, MAX_CHOICES);
        return choices == 1 ? new WeightedRandom(random) : new PowerOfChoices(choices, true, random);
    }

    /** The one with fewer requests in flight, per weight, of two endpoints drawn at random; recent failures count against it. */
    public static Strategy leastInFlightOfTwo() {
        return new PowerOfChoices(2, false, SYSTEM_RANDOM);
    }

    /** The endpoint with the fewest requests in flight, per weight; any of those that are equal. O(n) per pick. */
    public static Strategy leastInFlight() {
        return new LeastInFlight(SYSTEM_RANDOM);
    }

    /** Equal keys go to the same endpoint, by a ring of virtual nodes: when one comes or goes, only its own keys move. */
    public static Strategy consistentHashing() {
        return new HashRing();
    }

    /**
     * {@link #consistentHashing()}, but nobody has more requests in flight than {@code factor} times its share: popular
     * keys overflow to the next endpoints on the ring.
     *
     * @param factor above 1, at most 100
     * @throws IllegalArgumentException when it is out of range
     */
    public static Strategy boundedConsistentHashing(double factor) {
        if (!(factor > 1 && factor <= MAX_LOAD_FACTOR)) {
            throw new IllegalArgumentException(
                    "factor must be above 1 and at most " + MAX_LOAD_FACTOR + " but was " + factor);
        }
        return new BoundedHashRing(factor);
    }

    /** Equal keys go to the same endpoint, by a Maglev table: more even than a ring; a few more keys move when one comes or goes. */
    public static Strategy maglev() {
        return new Maglev();
    }

    /**
     * A bound on the retries to one service.
     *
     * @param percent retries per hundred calls, 0 to 100
     * @param minPerSecond retries per second that are always allowed, 0 to 10,000
     * @throws IllegalArgumentException when a value is out of range
     */
    public static RetryBudget retryBudget(int percent, int minPerSecond) {
        return retryBudget(percent, minPerSecond, System::nanoTime);
    }

    /** {@link #retryBudget(int, int)} on a monotonic clock of the caller's, in nanoseconds. */
    public static RetryBudget retryBudget(int percent, int minPerSecond, LongSupplier nanoClock) {
        return new RetryBudget(percent, minPerSecond, nanoClock);
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
