package io.muster.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.offset;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes, subset, zones; and who builds a snapshot. */
class OptionsTest {
    private static final Route SECOND = new Route("second", Map.of("version", "2"));

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(23);
    private int failed;
    private final LoadBalancer balancer = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), clock, random);

    @Test
    void whoServesARouteServesNothingElse() {
        configure(Options.NONE.withRoutes(List.of(SECOND)));
        balancer.update(List.of(
                TestTarget.of("a"), TestTarget.of("b"), TestTarget.of("c").saying("version", "2")));

        assertThat(Picks.count(balancer, 30)).containsOnlyKeys("a", "b");
        assertThat(routed(30)).containsOnly("c");
        assertThat(balancer.snapshot().eligible()).hasSize(3);
        assertThat(balancer.snapshot().has(SECOND)).isTrue();
    }

    @Test
    void aRouteWithoutEndpointsIsServedByTheOthersAndTheOtherWayAround() {
        configure(Options.NONE.withRoutes(List.of(SECOND)));
        balancer.update(TestTarget.all("a", "b"));
        assertThat(routed(30)).containsOnly("a", "b");
        assertThat(balancer.snapshot().has(SECOND)).isFalse();

        balancer.update(List.of(TestTarget.of("c").saying("version", "2")));
        assertThat(Picks.count(balancer, 30)).containsOnlyKeys("c");
    }

    @Test
    void refusesARouteForEverybodyAndTwoOfOneName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Route("all", Map.of()))
                .withMessage("metadata of route all must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.NONE.withRoutes(List.of(SECOND, SECOND)))
                .withMessage("name must be unique among the routes but was second twice");
    }

    @Test
    void eachCallerHasASubsetOfItsOwnThatMovesLittle() {
        Set<List<String>> subsets = new HashSet<>();
        Map<String, Integer> callers = new TreeMap<>();
        for (int caller = 0; caller < 300; caller++) {
            configure(Options.NONE.withSubset(new Subset(10, "caller-" + caller)));
            balancer.update(TestTarget.many(100));
            List<String> before = eligible();
            List<TestTarget> fewer = new ArrayList<>(TestTarget.many(101));
            fewer.remove(caller % 100);
            balancer.update(fewer);
            List<String> after = eligible();

            assertThat(before).hasSize(10).isSorted();
            assertThat(after).hasSize(10);
            assertThat(before.stream().filter(id -> !after.contains(id)).count())
                    .as("one goes and one comes")
                    .isLessThanOrEqualTo(2);
            subsets.add(before);
            before.forEach(id -> callers.merge(id, 1, Integer::sum));
        }

        assertThat(subsets).hasSizeGreaterThan(290);
        assertThat(callers.values()).allSatisfy(count -> assertThat(count).isBetween(10, 55));
    }

    @Test
    void keepsRequestsInTheZoneWhereThereIsRoomForThem() {
        zones(Map.of("a", 10, "b", 10), 5, 5);

        assertThat(shares()).containsOnly(entry("a", 1.0));
    }

    @Test
    void letsTheRestSpillOverToWhereThereIsCapacityToSpare() {
        // Zone a has half of the callers and a quarter of the capacity, zone b as much as it needs, zone c more.
        zones(Map.of("a", 20, "b", 10, "c", 10), 5, 5, 10);

        NavigableMap<String, Double> shares = shares();
        assertThat(shares).containsOnlyKeys("a", "c");
        assertThat(shares.getOrDefault("a", 0.0)).isEqualTo(0.5, offset(0.01));
        assertThat(shares.getOrDefault("c", 0.0)).isEqualTo(0.5, offset(0.01));
    }

    @Test
    void allCallersTogetherLoadEveryZoneByItsCapacity() {
        Map<String, Integer> callers = Map.of("a", 7, "b", 2, "c", 1);
        Map<String, Double> load = new TreeMap<>();
        for (String zone : callers.keySet()) {
            List<TestTarget> targets = zoned(4, 4, 12);
            balancer.update(targets);
            new ZoneAwareness(zone, callers, 6)
                    .shares(balancer.snapshot().endpoints())
                    .forEach((to, share) -> load.merge(to, share * callers.get(zone) / 10, Double::sum));
        }

        assertThat(load.get("a")).isEqualTo(0.2, offset(1e-9));
        assertThat(load.get("b")).isEqualTo(0.2, offset(1e-9));
        assertThat(load.get("c")).isEqualTo(0.6, offset(1e-9));
    }

    @Test
    void countsCallersAsSpreadEvenlyWhereNothingIsKnownOfThem() {
        zones(Map.of(), 2, 6);

        assertThat(shares().getOrDefault("a", 0.0)).isEqualTo(0.5, offset(0.01));
    }

    @Test
    void leavesZonesAloneWhereTheyMakeNoSense() {
        zones(Map.of(), 2, 3);
        assertThat(shares()).as("fewer endpoints than six").hasSize(2);

        zones(Map.of(), 0, 10);
        assertThat(shares()).as("nobody in the own zone").containsOnly(entry("b", 1.0));
    }

    @Test
    void aRetryLeavesAZoneThatHasNobodyLeft() {
        zones(Map.of("a", 1, "b", 9), 2, 8);
        assertThat(shares()).containsOnlyKeys("a");
        Exclusions tried = Picks.without(balancer.snapshot().endpoints().subList(0, 2));

        assertThat(Picks.some(balancer.pick(0, tried)).target().zone()).isEqualTo("b");
    }

    @Test
    void aKeyKeepsItsZone() {
        balancer.configure(
                LoadBalancers.consistentHashing(),
                Options.NONE.withZones(new ZoneAwareness("a", Map.of("a", 1, "b", 1), 6)));
        balancer.update(zoned(2, 8));
        int local = 0;
        for (int key = 0; key < 2_000; key++) {
            Endpoint endpoint = Picks.some(balancer.pick(key, Exclusions.none()));
            assertThat(balancer.pick(key, Exclusions.none())).isSameAs(endpoint);
            local += endpoint.target().zone().equals("a") ? 1 : 0;
        }
        assertThat(local).isBetween(700, 900);
    }

    @Test
    void passesByWhoIsOutUntilTheSnapshotIsBuiltAnewElsewhere() {
        Deque<Runnable> tasks = new ArrayDeque<>();
        LoadBalancer elsewhere = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), tasks::add);
        elsewhere.update(TestTarget.all("a", "b", "c"));
        elsewhere.start(Picks.named(elsewhere, "a")).finish(Outcome.REFUSED);
        elsewhere.start(Picks.named(elsewhere, "b")).finish(Outcome.REFUSED);

        assertThat(elsewhere.snapshot().eligible()).hasSize(3);
        assertThat(Picks.count(elsewhere, 30)).containsOnlyKeys("c");
        assertThat(tasks).as("one task for all that happened").hasSize(1);

        tasks.remove().run();
        assertThat(elsewhere.snapshot().eligible()).hasSize(1);
    }

    @Test
    void worksOnWhenNobodyBuildsAnyMore() {
        Executor ended = task -> {
            throw new RejectedExecutionException("ended");
        };
        LoadBalancer elsewhere = LoadBalancers.loadBalancer(LoadBalancers.roundRobin(random), ended);
        elsewhere.update(TestTarget.all("a", "b"));
        elsewhere.start(Picks.named(elsewhere, "a")).finish(Outcome.REFUSED);

        assertThat(Picks.count(elsewhere, 30)).containsOnlyKeys("b");
    }

    @Test
    void keepsStatisticsWhenItIsConfiguredAnew() {
        balancer.update(TestTarget.all("a", "b"));
        balancer.start(Picks.named(balancer, "a")).finish(Outcome.SUCCESS);
        balancer.configure(LoadBalancers.maglev(), Options.NONE);

        assertThat(Picks.named(balancer, "a").statistics().successes()).isOne();
        assertThat(balancer.pick(5, Exclusions.none())).isSameAs(balancer.pick(5, Exclusions.none()));
    }

    @Test
    void aStrategyThatThrowsChangesNothing() {
        balancer.update(TestTarget.all("a", "b"));
        Snapshot before = balancer.snapshot();
        Strategy broken = endpoints -> {
            throw new IllegalStateException("broken");
        };

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> balancer.configure(broken, Options.NONE)))
                .hasMessage("broken");
        assertThat(balancer.snapshot()).isSameAs(before);
        balancer.update(TestTarget.all("a", "b", "c"));
        assertThat(Picks.count(balancer, 30)).hasSize(3);
    }

    @Test
    void aRouteWhoseEndpointsAllRefuseIsServedByTheOthers() {
        configure(Options.NONE.withRoutes(List.of(SECOND)));
        balancer.update(List.of(
                TestTarget.of("a"), TestTarget.of("b"), TestTarget.of("c").saying("version", "2")));
        balancer.start(Picks.named(balancer, "c")).finish(Outcome.REFUSED);

        assertThat(routed(30)).containsOnly("a", "b");
    }

    @Test
    void aRetryLeavesARouteThatHasNobodyLeft() {
        configure(Options.NONE.withRoutes(List.of(SECOND)));
        balancer.update(List.of(
                TestTarget.of("a"), TestTarget.of("b"), TestTarget.of("c").saying("version", "2")));
        Exclusions tried = Exclusions.none().with(Picks.named(balancer, "c"));

        assertThat(Picks.some(balancer.pick(SECOND, 0, tried)).target().id()).isIn("a", "b");
    }

    @Test
    void aSubsetReplacesWhoRefusesConnections() {
        configure(Options.NONE.withSubset(new Subset(2, "me")));
        balancer.update(TestTarget.many(10));
        List<String> first = eligible();
        first.forEach(id -> balancer.start(Picks.named(balancer, id)).finish(Outcome.REFUSED));

        assertThat(eligible()).hasSize(2).doesNotContainAnyElementsOf(first);
        assertThat(Picks.count(balancer, 20).keySet()).isEqualTo(Set.copyOf(eligible()));
    }

    @Test
    void anUpdateThatAStrategyFailedToTakeIsTakenTheNextTime() {
        AtomicBoolean broken = new AtomicBoolean();
        balancer.configure(failing(broken), Options.NONE);
        balancer.update(TestTarget.all("a", "b"));
        List<TestTarget> changed = List.of(TestTarget.of("a").weighing(7), TestTarget.of("b"));
        broken.set(true);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> balancer.update(changed)))
                .hasMessage("broken");
        long version = balancer.snapshot().version();

        broken.set(false);
        balancer.update(changed);

        assertThat(balancer.snapshot().version()).isGreaterThan(version);
        assertThat(Picks.named(balancer, "a").weight()).isEqualTo(7);
    }

    @Test
    void aStrategyThatFailsInAReviewFailsNoCallAndIsLeftAloneForAWhile() {
        AtomicBoolean broken = new AtomicBoolean();
        balancer.configure(failing(broken), Options.NONE);
        balancer.update(TestTarget.all("a", "b", "c"));
        balancer.start(Picks.named(balancer, "a")).finish(Outcome.REFUSED);
        broken.set(true);
        balancer.start(Picks.named(balancer, "b")).finish(Outcome.REFUSED);
        assertThat(Picks.count(balancer, 30)).containsOnlyKeys("c");
        int failures = failed;

        clock.advance(Duration.ofMillis(900));
        Picks.count(balancer, 30);
        assertThat(failed).isEqualTo(failures);

        broken.set(false);
        clock.advance(Duration.ofSeconds(2));
        assertThat(Picks.count(balancer, 30)).hasSize(3);
    }

    /** Round robin while nothing is broken. */
    private Strategy failing(AtomicBoolean broken) {
        Strategy working = LoadBalancers.roundRobin(random);
        return endpoints -> {
            if (broken.get()) {
                failed++;
                throw new IllegalStateException("broken");
            }
            return working.picker(endpoints);
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 100_001})
    void refusesASubsetOutOfRange(int size) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Subset(size, "me"))
                .withMessage("subset.size must be between 0 and 100000 but was " + size);
    }

    private void configure(Options options) {
        balancer.update(List.of());
        balancer.configure(LoadBalancers.roundRobin(random), options);
        clock.advance(Duration.ofSeconds(1));
    }

    private void zones(Map<String, Integer> callers, int... sizes) {
        configure(Options.NONE.withZones(new ZoneAwareness("a", callers, 6)));
        balancer.update(zoned(sizes));
    }

    private static List<TestTarget> zoned(int... sizes) {
        List<TestTarget> targets = new ArrayList<>();
        for (int zone = 0; zone < sizes.length; zone++) {
            String name = String.valueOf((char) ('a' + zone));
            for (int i = 0; i < sizes[zone]; i++) {
                targets.add(TestTarget.of(name + i).in(name));
            }
        }
        return targets;
    }

    /** The share of picks that each zone gets. */
    private NavigableMap<String, Double> shares() {
        NavigableMap<String, Double> shares = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            shares.merge(Picks.any(balancer).target().zone(), 1 / 20_000.0, Double::sum);
        }
        shares.replaceAll((zone, share) -> Math.round(share * 1_000) / 1_000.0);
        return shares;
    }

    private Set<String> routed(int picks) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < picks; i++) {
            ids.add(Picks.some(balancer.pick(SECOND, 0, Exclusions.none()))
                    .target()
                    .id());
        }
        return ids;
    }

    private List<String> eligible() {
        return balancer.snapshot().eligible().stream()
                .map(endpoint -> endpoint.target().id())
                .toList();
    }
}
