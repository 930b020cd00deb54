package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every strategy that has a name keeps to; a new one is covered by its name alone. */
class StrategyContractTest {
    private static final long SEED = 20261122;

    static Stream<Arguments> strategies() {
        return LoadBalancers.strategyNames().stream()
                .flatMap(name -> Stream.of(1, 2, 3, 17).map(size -> Arguments.of(name, size)));
    }

    /** The shares of the others are a matter of keys: see their own tests. */
    static Stream<Arguments> strategiesWithoutKeys() {
        return strategies()
                .filter(arguments ->
                        !LoadBalancers.strategy((String) arguments.get()[0]).isKeyed());
    }

    @ParameterizedTest(name = "{0} of {1}, seed " + SEED)
    @MethodSource("strategies")
    void reachesEveryEndpoint(String name, int size) {
        LoadBalancer balancer = balancer(name, size);

        assertThat(Picks.count(balancer, 200 * size)).hasSize(size);
    }

    @ParameterizedTest(name = "{0} of {1}, seed " + SEED)
    @MethodSource("strategies")
    void neverPicksWhatWasTried(String name, int size) {
        LoadBalancer balancer = balancer(name, size);
        List<Endpoint> endpoints = balancer.snapshot().endpoints();

        for (int tried = 0; tried < size; tried++) {
            Exclusions exclusions = Picks.without(endpoints.subList(0, tried));
            Set<Endpoint> picked = new HashSet<>();
            for (int i = 0; i < 200 * size; i++) {
                picked.add(Picks.some(balancer.pick(i, exclusions)));
            }
            assertThat(picked).containsExactlyInAnyOrderElementsOf(endpoints.subList(tried, size));
        }
    }

    @ParameterizedTest(name = "{0} of {1}, seed " + SEED)
    @MethodSource("strategies")
    void picksNobodyWhenAllWereTried(String name, int size) {
        LoadBalancer balancer = balancer(name, size);

        assertThat(balancer.pick(0, Picks.without(balancer.snapshot().endpoints())))
                .isNull();
    }

    @ParameterizedTest(name = "{0} of {1}, seed " + SEED)
    @MethodSource("strategiesWithoutKeys")
    void sharesEvenlyAmongEquals(String name, int size) {
        LoadBalancer balancer = balancer(name, size);

        assertThat(Picks.count(balancer, 4_000 * size).values())
                .allSatisfy(count -> assertThat(count).isBetween(3_600, 4_400));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("strategies")
    void picksWithoutAllocation(String name, int size) {
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.strategy(name));
        balancer.update(TestTarget.many(size));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        Exclusions none = Exclusions.none();
        Exclusions first = none.with(balancer.snapshot().endpoints().get(0));
        pickOften(balancer, none, first);

        long before = threads.getThreadAllocatedBytes(thread);
        pickOften(balancer, none, first);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        // The reading itself may allocate a little; one object of 16 bytes per pick would be 640,000.
        assertThat(allocated).isLessThan(1_000);
    }

    @ParameterizedTest(name = "{0} of {1}, seed " + SEED)
    @MethodSource("strategies")
    void keepsEqualKeysTogetherIfItIsKeyed(String name, int size) {
        LoadBalancer balancer = balancer(name, size);
        Strategy strategy = LoadBalancers.strategy(name);

        for (int key = 0; key < 100; key++) {
            Set<Endpoint> picked = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                picked.add(Picks.some(balancer.pick(key, Exclusions.none())));
            }
            assertThat(picked.size() == 1).as("key %s", key).isEqualTo(strategy.isKeyed() || size == 1);
        }
    }

    private static void pickOften(LoadBalancer balancer, Exclusions none, Exclusions first) {
        for (int i = 0; i < 20_000; i++) {
            balancer.pick(i, none);
            balancer.pick(i, first);
        }
    }

    private static LoadBalancer balancer(String name, int size) {
        SplittableRandom random = new SplittableRandom(SEED);
        LoadBalancer balancer =
                LoadBalancers.loadBalancer(LoadBalancers.strategy(name, random), new ManualClock(), random);
        balancer.update(TestTarget.many(size));
        return balancer;
    }
}
