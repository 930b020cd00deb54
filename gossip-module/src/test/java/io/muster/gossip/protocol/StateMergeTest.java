package io.muster.gossip.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The laws of merging what members share, for random sets of entries. A failure names its seed; -Dgossip.laws=N tries more. */
class StateMergeTest {
    private static final int RUNS = Integer.getInteger("gossip.laws", 3000);

    private static StateStore store(List<StateEntry> entries) {
        StateStore store = new StateStore(new StateDigest());
        entries.forEach(store::merge);
        return store;
    }

    private static Set<StateEntry> held(StateStore store) {
        Set<StateEntry> all = new HashSet<>();
        store.forEach(all::add);
        assertThat(all).hasSize(store.digest().entries());
        return all;
    }

    private static List<StateEntry> shuffled(List<StateEntry> entries, long seed) {
        List<StateEntry> copy = new ArrayList<>(entries);
        Collections.shuffle(copy, new Random(seed));
        return copy;
    }

    private static List<StateEntry> joined(Set<StateEntry> one, Set<StateEntry> other) {
        List<StateEntry> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    /** From so small a world that lives, versions and keys collide all the time. */
    private static StateEntry any(SplittableRandom random) {
        long uid = random.nextInt(4);
        long epoch = random.nextInt(4);
        MemberId writer = new MemberId("n" + random.nextInt(2), epoch, new UUID(0, uid));
        long version = 1L + random.nextInt(6);
        String key = "k" + random.nextInt(3);
        StateValue value = StateValue.of("v" + random.nextInt(2));
        return switch (random.nextInt(5)) {
            case 0 -> new StateEntry(StateEntry.Kind.VALUE, "", "", writer, version, null);
            case 1 -> new StateEntry(StateEntry.Kind.VALUE, "", key, writer, version, null);
            case 2 -> new StateEntry(StateEntry.Kind.VALUE, "", key, writer, version, value);
            case 3 -> new StateEntry(StateEntry.Kind.COUNTER, "", key, writer, version, tally(uid, epoch, version));
            default ->
                new StateEntry(StateEntry.Kind.MAP, "m", key, writer, version, random.nextBoolean() ? value : null);
        };
    }

    /** As of a correct writer: its numbers and its floor only rise. */
    private static StateValue tally(long uid, long epoch, long version) {
        return new Tally(10 * epoch + version, version, 0, 0, uid % 2 == 0 ? 0 : epoch).value();
    }

    private static List<StateEntry> some(SplittableRandom random) {
        List<StateEntry> entries = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            entries.add(any(random));
        }
        return entries;
    }

    @Test
    void mergingIsCommutativeAssociativeIdempotentAndMonotone() {
        for (int seed = 0; seed < RUNS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<StateEntry> a = some(random);
            List<StateEntry> b = some(random);
            List<StateEntry> all = new ArrayList<>(a);
            all.addAll(b);
            Set<StateEntry> expected = held(store(all));
            Set<StateEntry> heldOfA = held(store(a));
            Set<StateEntry> heldOfB = held(store(b));
            String why = "seed " + seed;
            assertThat(held(store(shuffled(all, seed)))).as(why).isEqualTo(expected);
            assertThat(held(store(joined(heldOfA, heldOfB)))).as(why).isEqualTo(expected);
            assertThat(held(store(joined(heldOfB, heldOfA)))).as(why).isEqualTo(expected);
            StateStore again = store(all);
            for (StateEntry entry : shuffled(all, seed + 1L)) {
                assertThat(again.merge(entry)).as(why).isNotEqualTo(StateStore.Outcome.NEW);
            }
            assertThat(held(again)).as(why).isEqualTo(expected);
        }
    }

    @Test
    void equalHoldingsHaveEqualDigestsAndOthersDoNot() {
        for (int seed = 0; seed < RUNS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<StateEntry> entries = some(random);
            StateStore one = store(entries);
            StateStore other = store(shuffled(entries, seed));
            assertThat(one.digest().root())
                    .as("seed %d", seed)
                    .isEqualTo(other.digest().root());
            assertThat(one.digest().buckets()).isEqualTo(other.digest().buckets());
            if (other.merge(any(random)) == StateStore.Outcome.NEW) {
                assertThat(one.digest().root())
                        .as("seed %d", seed)
                        .isNotEqualTo(other.digest().root());
            }
        }
    }

    @Test
    void whatIsForgottenLeavesNothingInTheDigest() {
        for (int seed = 0; seed < RUNS; seed++) {
            List<StateEntry> entries = some(new SplittableRandom(seed));
            entries.removeIf(entry -> entry.kind() == StateEntry.Kind.MAP);
            StateStore store = store(entries);
            store.dropValues("n0", gone -> {});
            store.dropOwners(name -> true);
            assertThat(store.digest().root()).as("seed %d", seed).isZero();
            assertThat(store.digest().entries()).isZero();
        }
    }

    /** Two that are full hold the same once they have told each other all they hold. */
    @Test
    void fullMapsEndUpTheSame() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StateStore one = store(mapEntries(random, 700));
            StateStore other = store(mapEntries(random, 700));
            for (int round = 0; round < 10; round++) {
                held(one).forEach(other::merge);
                held(other).forEach(one::merge);
            }
            assertThat(held(one)).as("seed %d", seed).isEqualTo(held(other)).hasSize(StateStore.MAX_MAP_ENTRIES);
        }
    }

    private static List<StateEntry> mapEntries(SplittableRandom random, int count) {
        List<StateEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemberId writer = new MemberId("n" + random.nextInt(3), 0, new UUID(0, random.nextInt(3)));
            StateValue value = random.nextInt(4) == 0 ? null : StateValue.of("x");
            entries.add(new StateEntry(
                    StateEntry.Kind.MAP, "m", "k" + random.nextInt(900), writer, 1L + random.nextInt(2000), value));
        }
        return entries;
    }

    @Test
    void aTallySurvivesItsBytesAndNothingElseDoes() {
        MemberId writer = new MemberId("n", 7, new UUID(1, 2));
        for (int seed = 0; seed < RUNS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Tally tally =
                    new Tally(random.nextLong(Tally.MAX), random.nextLong(Tally.MAX), random.nextLong(Tally.MAX), 0, 7);
            StateEntry entry = new StateEntry(StateEntry.Kind.COUNTER, "", "c", writer, 1, tally.value());
            assertThat(Tally.of(entry)).isEqualTo(tally);
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            StateEntry noisy = new StateEntry(StateEntry.Kind.COUNTER, "", "c", writer, 1, StateValue.of(noise));
            Tally read = Tally.of(noisy);
            assertThat(read == null || read.floor() <= 7).as("seed %d", seed).isTrue();
        }
    }
}
