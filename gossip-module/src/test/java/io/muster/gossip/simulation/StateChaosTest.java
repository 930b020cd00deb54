package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.StateValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random changes, restarts, splits and losses; then quiet, and everybody must see what each says of itself. */
class StateChaosTest {
    private static final int SEEDS = Integer.getInteger("gossip.seeds", 6);
    private static final int N = 12;
    private static final int STEPS = 200;

    private final List<Map<String, StateValue>> said = new ArrayList<>();
    private long added;

    @Test
    void allEndUpWithWhatEachSaysOfItself() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            run(seed);
        }
    }

    private void run(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Simulation cluster = Simulation.of(N, seed).together();
        said.clear();
        for (int i = 0; i < N; i++) {
            said.add(new HashMap<>());
        }
        added = 0;
        for (int step = 0; step < STEPS; step++) {
            act(cluster, random, random.nextInt(N));
            cluster.run(Duration.ofMillis(random.nextInt(400)));
        }
        cluster.mend();
        cluster.conditions(Conditions.GOOD);
        cluster.until("all share", Duration.ofMinutes(2), () -> cluster.allSeeAll() && cluster.allShare());
        for (int i = 0; i < N; i++) {
            assertThat(cluster.node(0).state().values("n" + i))
                    .as("seed %d, n%d", seed, i)
                    .isEqualTo(said.get(i));
        }
        assertThat(cluster.node(0).state().count("c")).as("seed %d", seed).isBetween(added / 2, added);
    }

    private void act(Simulation cluster, SplittableRandom random, int node) {
        String key = "k" + random.nextInt(20);
        StateValue value = StateScenarios.value(random.nextInt(1000));
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                cluster.change(node, state -> state.publish(key, value));
                said.get(node).put(key, value);
            }
            case 4, 5, 6 -> {
                cluster.change(node, state -> state.remove(key));
                said.get(node).remove(key);
            }
            case 7, 8 -> {
                cluster.change(node, state -> state.add("c", 1));
                added++;
            }
            case 9 -> cluster.change(node, state -> state.put("m", key, value));
            case 10 -> cluster.change(node, state -> state.remove("m", key));
            case 11 -> {
                boolean remembers = random.nextBoolean();
                cluster.restart(node, remembers ? cluster.node(node).self().id().epoch() + 1 : 0);
                said.get(node).clear();
            }
            case 12 -> {
                int side = 1 + random.nextInt(N - 1);
                cluster.split(i -> i < side);
            }
            case 13 ->
                cluster.conditions(Conditions.GOOD
                        .withLoss(random.nextDouble() * 0.4)
                        .withDuplicates(0.1)
                        .withReordering(0.1));
            default -> cluster.mend();
        }
    }
}
