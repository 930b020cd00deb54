package io.muster.lb;

import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Makes load balancers and strategies. The one place that knows the system's clock and source of randomness; the forms
 * that take their own are for simulations and tests.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class LoadBalancers {
    /** The name of {@link #roundRobin()}. */
    public static final String ROUND_ROBIN = "round-robin";

    /** The name of {@link #powerOfTwoChoices()}, the default. */
    public static final String POWER_OF_TWO_CHOICES = "power-of-two-choices";

    private LoadBalancers() {}

    /** A balancer without targets. */
    public static LoadBalancer loadBalancer(Strategy strategy) {
        throw new UnsupportedOperationException();
    }

    /**
     * A balancer without targets, on a clock and randomness of the caller's.
     *
     * @param nanoClock monotonic time in nanoseconds, from any origin
     * @param random jitters the time that endpoints stay out; used by one thread at a time
     */
    public static LoadBalancer loadBalancer(Strategy strategy, LongSupplier nanoClock, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /** Each endpoint in turn, from a random one on. Weights other than 0 make no difference. */
    public static Strategy roundRobin() {
        throw new UnsupportedOperationException();
    }

    /** {@link #roundRobin()} on randomness of the caller's, used when a picker is built. */
    public static Strategy roundRobin(RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /** The cheaper of two endpoints drawn at random, by peak EWMA latency, requests in flight, failures and weight. */
    public static Strategy powerOfTwoChoices() {
        throw new UnsupportedOperationException();
    }

    /** {@link #powerOfTwoChoices()} on randomness of the caller's, used by every pick, so by all threads that pick. */
    public static Strategy powerOfTwoChoices(RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /**
     * The strategy of that name.
     *
     * @throws IllegalArgumentException when there is none; the text names the known ones
     */
    public static Strategy strategy(String name) {
        throw new UnsupportedOperationException();
    }

    /** {@link #strategy(String)} on randomness of the caller's. */
    public static Strategy strategy(String name, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /** The names that {@link #strategy(String)} knows, sorted. */
    public static Set<String> strategyNames() {
        throw new UnsupportedOperationException();
    }
}
