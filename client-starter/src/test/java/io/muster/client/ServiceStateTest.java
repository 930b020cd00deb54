package io.muster.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.ChangeEvent;
import io.muster.api.Instance;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.ServiceSnapshot;
import io.muster.api.SnapshotEvent;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServiceStateTest {
    private static final ServiceState UNKNOWN = ServiceState.unknown("default", "orders");

    @Test
    void isUnknownAndEmptyAtFirst() {
        assertThat(UNKNOWN.known()).isFalse();
        assertThat(UNKNOWN.snapshot().instances()).isEmpty();
        assertThat(UNKNOWN.snapshot().position()).isEqualTo(Position.NONE);
    }

    @Test
    void isKnownByASnapshotWithoutInstances() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 0));
        assertThat(state.known()).isTrue();
        assertThat(state.up()).isEmpty();
    }

    @Test
    void replacesByASnapshotAndSortsById() {
        ServiceState state =
                UNKNOWN.apply(snapshot(false, 5, 1, up("a"))).apply(snapshot(false, 5, 2, up("c"), up("b")));
        assertThat(ids(state)).containsExactly("b", "c");
    }

    @Test
    void showsOnlyThoseThatTakeRequestsAsUp() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 1, up("a"), with("b", InstanceStatus.DRAINING)));
        assertThat(state.up()).extracting(Instance::id).containsExactly("a");
    }

    @Test
    void addsReplacesAndRemovesByAChange() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 1, up("a"), up("b")))
                .apply(change(5, 2, List.of("b"), up("c"), with("a", InstanceStatus.DOWN)));
        assertThat(ids(state)).containsExactly("a", "c");
        assertThat(state.up()).extracting(Instance::id).containsExactly("c");
        assertThat(state.snapshot().position()).isEqualTo(new Position(5, 2));
    }

    @Test
    void dropsAChangeThatItCovers() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a")));
        assertThat(state.apply(change(5, 3, List.of("a")))).isSameAs(state);
        assertThat(state.apply(change(5, 2, List.of("a")))).isSameAs(state);
    }

    @Test
    void passesOverAChangeWithoutASnapshotOfItsEpoch() {
        assertThat(UNKNOWN.apply(change(5, 3, List.of(), up("a")))).isSameAs(UNKNOWN);
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a")));
        assertThat(state.apply(change(6, 9, List.of("a")))).isSameAs(state);
    }

    @Test
    void losesNobodyOnTheWordOfAWarmingRegistry() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a"), up("b")))
                .apply(snapshot(true, 6, 1, with("b", InstanceStatus.STARTING), up("c")));
        assertThat(ids(state)).containsExactly("a", "b", "c");
        assertThat(state.up()).extracting(Instance::id).containsExactly("a", "c");
        assertThat(state.snapshot().position()).isEqualTo(new Position(6, 1));
    }

    @Test
    void appliesChangesToAMergedView() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a"), up("b")))
                .apply(snapshot(true, 6, 0))
                .apply(change(6, 1, List.of("b"), up("c")));
        assertThat(ids(state)).containsExactly("a", "c");
    }

    @Test
    void takesTheWarmRegistrysWordEvenAtTheSamePosition() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a"), up("b")))
                .apply(snapshot(true, 6, 1, up("b")))
                .apply(snapshot(false, 6, 1, up("b")));
        assertThat(ids(state)).containsExactly("b");
    }

    @Test
    void neverGoesBackWithinAnEpoch() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a")));
        assertThat(state.apply(snapshot(false, 5, 2))).isSameAs(state);
        assertThat(state.apply(snapshot(true, 5, 2, up("z")))).isSameAs(state);
    }

    @Test
    void takesASnapshotOfALowerIndexInAnotherEpoch() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 30, up("a"))).apply(snapshot(false, 4, 2, up("b")));
        assertThat(ids(state)).containsExactly("b");
    }

    @Test
    void staysTheSameWhenASnapshotSaysNothingNew() {
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 3, up("a")));
        assertThat(state.apply(snapshot(false, 5, 3, up("a")))).isSameAs(state);
    }

    @Test
    void isWhatAMapWouldBeAfterAnyChanges() {
        long seed = 20_251;
        Random random = new Random(seed);
        ServiceState state = UNKNOWN.apply(snapshot(false, 5, 0));
        Map<String, Instance> expected = new TreeMap<>();
        for (int index = 1; index <= 2_000; index++) {
            Instance[] instances = new Instance[random.nextInt(4)];
            for (int i = 0; i < instances.length; i++) {
                String id = "i" + random.nextInt(30);
                instances[i] = with(id, random.nextBoolean() ? InstanceStatus.UP : InstanceStatus.DOWN);
                expected.put(id, instances[i]);
            }
            List<String> removed = random.nextInt(3) == 0 ? List.of("i" + random.nextInt(30)) : List.of();
            removed.forEach(expected::remove);
            state = state.apply(change(5, index, removed, instances));
            assertThat(state.snapshot().instances())
                    .as("seed %d, change %d", seed, index)
                    .containsExactlyElementsOf(expected.values());
        }
    }

    private static Stream<String> ids(ServiceState state) {
        return state.snapshot().instances().stream().map(Instance::id);
    }

    private static SnapshotEvent snapshot(boolean warming, long epoch, long index, Instance... instances) {
        return new SnapshotEvent(
                warming, new ServiceSnapshot("default", "orders", new Position(epoch, index), List.of(instances)));
    }

    private static ChangeEvent change(long epoch, long index, List<String> removed, Instance... instances) {
        List<ChangeEvent.Removal> removals =
                removed.stream().map(id -> new ChangeEvent.Removal(id, "")).toList();
        return new ChangeEvent("default", "orders", new Position(epoch, index), List.of(instances), removals);
    }

    private static Instance up(String id) {
        return with(id, InstanceStatus.UP);
    }

    private static Instance with(String id, InstanceStatus status) {
        return new Instance(id, new Position(5, 1), "127.0.0.1", 80, false, status, "", 100, "", Map.of(), null);
    }
}
