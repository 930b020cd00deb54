package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the figures of the paper and of simulations of 65,537 slots. */
class MaglevTest {
    @Test
    void theLightestHasASlotToo() {
        List<TestTarget> targets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            targets.add(TestTarget.of("heavy-" + i).weighing(Target.MAX_WEIGHT));
        }
        targets.add(TestTarget.of("light").weighing(1));
        LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.maglev());
        balancer.update(targets);

        assertThat(Picks.count(balancer, 1_000_000)).containsKey("light");
    }

    private static final Group GROUP = new Group(new ManualClock());
    private static final int KEYS = 1_000_000;

    @ParameterizedTest
    @CsvSource({"10, 1.02", "100, 1.05", "1000, 1.2"})
    void spreadsKeysEvenly(int size, double most) {
        Map<Endpoint, Integer> counts = counts(table(TestTarget.many(size)));

        double busiest =
                counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        assertThat(counts).hasSize(size);
        assertThat(busiest * size / KEYS).isLessThan(most);
    }

    @Test
    void spreadsKeysByWeight() {
        List<TestTarget> targets = new ArrayList<>(TestTarget.many(10));
        targets.set(0, targets.get(0).weighing(1_000));
        targets.set(1, targets.get(1).weighing(50));
        Map<Endpoint, Integer> counts = counts(table(targets));
        Map<String, Double> shares = new HashMap<>();
        counts.forEach((endpoint, count) -> shares.put(endpoint.target().id(), count * 1_850.0 / KEYS));

        assertThat(shares.get("000000")).isBetween(980.0, 1_020.0);
        assertThat(shares.get("000001")).isBetween(47.0, 53.0);
        assertThat(shares.get("000002")).isBetween(97.0, 103.0);
    }

    @Test
    void movesFewKeysOfOthersWhenOneGoes() {
        List<TestTarget> all = TestTarget.many(100);
        List<TestTarget> rest = new ArrayList<>(all);
        rest.remove(33);
        Picker before = table(all);
        Picker after = table(rest);

        int moved = 0;
        for (long key = 0; key < KEYS; key++) {
            String owner = id(before, key);
            if (!owner.equals("000033") && !id(after, key).equals(owner)) {
                moved++;
            }
        }
        assertThat((double) moved / KEYS).isLessThan(0.015);
    }

    @Test
    void aRetryOfAKeyGoesToTheSameOther() {
        Picker table = table(TestTarget.many(10));
        for (long key = 0; key < 1_000; key++) {
            Exclusions tried = Exclusions.none().with(Picks.some(table.pick(key, Exclusions.none())));
            Endpoint other = table.pick(key, tried);
            assertThat(table.pick(key, tried)).isSameAs(other).isNotNull();
        }
    }

    @Test
    void numbersInARowAreGoodKeys() {
        Picker table = table(TestTarget.many(2));
        int first = 0;
        for (long key = 0; key < 1_000; key++) {
            first += id(table, key).equals("000000") ? 1 : 0;
        }
        assertThat(first).isBetween(420, 580);
    }

    private static Map<Endpoint, Integer> counts(Picker picker) {
        Map<Endpoint, Integer> counts = new HashMap<>();
        for (long key = 0; key < KEYS; key++) {
            counts.merge(Picks.some(picker.pick(key, Exclusions.none())), 1, Integer::sum);
        }
        return counts;
    }

    private static String id(Picker picker, long key) {
        return Picks.some(picker.pick(key, Exclusions.none())).target().id();
    }

    private static Picker table(List<TestTarget> targets) {
        return new Maglev()
                .picker(targets.stream()
                        .map(target -> new Endpoint(target, GROUP, false))
                        .toList());
    }
}
