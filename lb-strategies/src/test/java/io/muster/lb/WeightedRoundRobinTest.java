package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedRoundRobinTest {
    /** In fair waits. */
    private static final double WORST_WAIT = 3;

    private static final Group GROUP = new Group(new ManualClock());

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void givesEverybodyItsWeightInEveryCycleWhereverItBegins(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] weights = random.ints(1 + random.nextInt(40), 1, 200).toArray();
        int cycle = Arrays.stream(weights).sum();
        List<Endpoint> endpoints = endpoints(weights);
        Picker turns = turns(endpoints, random.nextInt());

        for (int round = 0; round < 5; round++) {
            Map<Endpoint, Integer> counts = new HashMap<>();
            int picks = cycle / gcd(weights);
            for (int i = 0; i < picks; i++) {
                counts.merge(pick(turns), 1, Integer::sum);
            }
            for (int i = 0; i < weights.length; i++) {
                assertThat(counts.get(endpoints.get(i))).isEqualTo(weights[i] / gcd(weights));
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void waitsBetweenTurnsTakeAtMostThreeValuesAndAreNeverLong(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] weights = random.ints(20, 1, 1_000).toArray();
        int cycle = Arrays.stream(weights).sum();
        List<Endpoint> endpoints = endpoints(weights);
        Picker turns = turns(endpoints, 0);

        Map<Endpoint, Integer> last = new HashMap<>();
        Map<Endpoint, Set<Integer>> waits = new HashMap<>();
        for (int turn = 0; turn < 3 * cycle; turn++) {
            Endpoint endpoint = pick(turns);
            Integer before = last.put(endpoint, turn);
            if (before != null) {
                waits.computeIfAbsent(endpoint, e -> new HashSet<>()).add(turn - before);
            }
        }

        for (int i = 0; i < weights.length; i++) {
            double fair = (double) cycle / weights[i];
            assertThat(waits.get(endpoints.get(i)))
                    .hasSizeLessThanOrEqualTo(3)
                    .allSatisfy(wait -> assertThat(wait)
                            .as("weight %s of %s", fair, seed)
                            .isLessThanOrEqualTo((int) Math.ceil(WORST_WAIT * fair)));
        }
    }

    @Test
    void equalWeightsAreAPlainRoundRobin() {
        int[] weights = new int[10];
        Arrays.fill(weights, 100);
        List<Endpoint> endpoints = endpoints(weights);
        Picker turns = turns(endpoints, 12345);
        List<Endpoint> first = cycle(turns, 10);

        assertThat(first).containsExactlyInAnyOrderElementsOf(endpoints);
        assertThat(cycle(turns, 10)).isEqualTo(first);
    }

    @Test
    void goesOnAfterTheCounterRanOver() {
        List<Endpoint> endpoints = endpoints(3, 2, 1);
        Picker turns = turns(endpoints, -3);
        Map<Endpoint, Integer> counts = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            counts.merge(pick(turns), 1, Integer::sum);
        }

        assertThat(counts.get(endpoints.get(0))).isBetween(297, 303);
        assertThat(counts.get(endpoints.get(1))).isBetween(197, 203);
        assertThat(counts.get(endpoints.get(2))).isBetween(97, 103);
    }

    @Test
    void takesNoMemoryForUnevenWeights() {
        int[] weights = new int[1_000];
        Arrays.setAll(weights, i -> 1 + (i * 7919) % 10_000);
        Picker turns = turns(endpoints(weights), 0);

        Map<Endpoint, Integer> counts = new HashMap<>();
        int cycle = Arrays.stream(weights).sum();
        for (int i = 0; i < cycle; i++) {
            counts.merge(pick(turns), 1, Integer::sum);
        }

        assertThat(counts.values()).contains(1, 7_920);
        assertThat(counts).hasSize(1_000);
    }

    @Test
    void aRetryTakesSomebodyElseByWeight() {
        List<Endpoint> endpoints = endpoints(5, 4, 1);
        Picker turns = turns(endpoints, 0);
        Exclusions tried = Exclusions.none().with(endpoints.get(0));
        Map<Endpoint, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            counts.merge(Picks.some(turns.pick(0, tried)), 1, Integer::sum);
        }

        assertThat(counts).containsOnlyKeys(endpoints.get(1), endpoints.get(2));
        assertThat(counts.get(endpoints.get(2))).isBetween(50, 350);
    }

    private static List<Endpoint> cycle(Picker picker, int picks) {
        List<Endpoint> picked = new ArrayList<>();
        for (int i = 0; i < picks; i++) {
            picked.add(pick(picker));
        }
        return picked;
    }

    private static Endpoint pick(Picker picker) {
        return Picks.some(picker.pick(0, Exclusions.none()));
    }

    private static Picker turns(List<Endpoint> endpoints, int start) {
        return new WeightedRoundRobin.Turns(endpoints, Shares.of(endpoints), start);
    }

    private static List<Endpoint> endpoints(int... weights) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (TestTarget target : TestTarget.many(weights.length)) {
            endpoints.add(new Endpoint(target.weighing(weights[endpoints.size()]), GROUP, false));
        }
        return endpoints;
    }

    private static int gcd(int[] weights) {
        return (int) Arrays.stream(weights).asLongStream().reduce(0, Shares::greatestCommonDivisor);
    }
}
