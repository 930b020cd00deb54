package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private static final long SEED = 7;

    @Test
    void takesEachInTurn() {
        LoadBalancer balancer = balancer(SEED, 3);

        List<Endpoint> turns = picks(balancer, 9);

        assertThat(new HashSet<>(turns.subList(0, 3))).hasSize(3);
        assertThat(turns.subList(3, 6)).isEqualTo(turns.subList(0, 3));
        assertThat(turns.subList(6, 9)).isEqualTo(turns.subList(0, 3));
    }

    @Test
    void startsAtARandomPlace() {
        Set<String> firsts = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            firsts.add(Picks.any(balancer(seed, 5)).target().id());
        }

        assertThat(firsts).hasSize(5);
    }

    @Test
    void startsAtARandomPlaceAgainWhenMembershipChanges() {
        Set<String> firsts = new HashSet<>();
        LoadBalancer balancer = balancer(SEED, 5);
        for (int i = 0; i < 100; i++) {
            balancer.update(TestTarget.many(5 + i % 2));
            firsts.add(Picks.any(balancer).target().id());
        }

        assertThat(firsts).hasSize(6);
    }

    @Test
    void goesOnWhenTheCounterOverflows() {
        List<Endpoint> endpoints = balancer(SEED, 3).snapshot().endpoints();
        for (int start : new int[] {Integer.MAX_VALUE - 3, -4, Integer.MIN_VALUE}) {
            RoundRobin.Turns turns = new RoundRobin.Turns(endpoints, start);

            List<Endpoint> picked = IntStream.range(0, 9)
                    .mapToObj(i -> Picks.some(turns.pick(0, Exclusions.none())))
                    .toList();

            assertThat(endpoints)
                    .allSatisfy(endpoint -> assertThat(picked)
                            .filteredOn(pick -> pick == endpoint)
                            .hasSizeBetween(2, 4));
        }
    }

    @Test
    void retriesTakeNoTurnsOfFirstAttempts() {
        LoadBalancer balancer = balancer(SEED, 2);
        int failed = 0;
        for (int call = 0; call < 100; call++) {
            Endpoint first = Picks.any(balancer);
            if (first.target().id().equals("000000")) {
                failed++;
                Endpoint second = Picks.some(balancer.pick(0, Exclusions.none().with(first)));
                assertThat(second.target().id()).isEqualTo("000001");
            }
        }

        assertThat(failed).isEqualTo(50);
    }

    @Test
    void aPickerOutlivesTheEndpointsThatLeft() {
        LoadBalancer balancer = balancer(SEED, 10);
        Picker old = balancer.snapshot().picker();
        balancer.update(TestTarget.many(1));

        Set<Endpoint> picked = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            picked.add(Picks.some(old.pick(0, Exclusions.none())));
        }

        assertThat(picked).hasSize(10);
        assertThat(Picks.count(balancer, 10)).containsOnlyKeys("000000");
    }

    private static List<Endpoint> picks(LoadBalancer balancer, int count) {
        List<Endpoint> picks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picks.add(Picks.any(balancer));
        }
        return picks;
    }

    private static LoadBalancer balancer(long seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), new ManualClock(), random);
        balancer.update(TestTarget.many(size));
        return balancer;
    }
}
