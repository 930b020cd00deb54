package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostTest {
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void everyRoundHasEachOnceAndEachIsFirstAndFollowsTwoOthersInTurn(int contestants) {
        Set<Integer> firsts = new HashSet<>();
        Set<Integer> beforeOurs = new HashSet<>();
        for (int round = 0; round < 2 * contestants; round++) {
            int r = round;
            List<Integer> order = IntStream.range(0, contestants)
                    .mapToObj(place -> Cost.turn(place, r, contestants))
                    .toList();
            assertThat(order).doesNotHaveDuplicates().hasSize(contestants);
            firsts.add(order.get(0));
            int ours = order.indexOf(0);
            if (ours > 0) {
                beforeOurs.add(order.get(ours - 1));
            }
        }
        assertThat(firsts).hasSize(contestants);
        assertThat(beforeOurs).hasSize(Math.min(2, contestants - 1));
    }
}
