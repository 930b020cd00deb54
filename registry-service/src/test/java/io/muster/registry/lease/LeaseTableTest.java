package io.muster.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.registry.lease.LeaseCommand.Acquire;
import io.muster.registry.lease.LeaseCommand.ForceRelease;
import io.muster.registry.lease.LeaseCommand.Inspect;
import io.muster.registry.lease.LeaseCommand.Release;
import io.muster.registry.lease.LeaseCommand.Renew;
import io.muster.registry.lease.LeaseCommand.Tick;
import io.muster.registry.lease.LeaseOutcome.AlreadyRan;
import io.muster.registry.lease.LeaseOutcome.Ended;
import io.muster.registry.lease.LeaseOutcome.Found;
import io.muster.registry.lease.LeaseOutcome.Full;
import io.muster.registry.lease.LeaseOutcome.Granted;
import io.muster.registry.lease.LeaseOutcome.Held;
import io.muster.registry.lease.LeaseOutcome.Renewed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LeaseTableTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_TOKEN = 700L << 40;

    private final LeaseTable table = new LeaseTable(100);
    private final List<LeaseEvent> events = new ArrayList<>();
    private long now = SECOND;

    private LeaseOutcome apply(LeaseCommand command) {
        return table.apply(command, now, FIRST_TOKEN, events::add);
    }

    private static Acquire ask(String name, String holder, UUID id, @Nullable Long tick) {
        return new Acquire(name, holder, id, 10_000, tick);
    }

    private LeaseOutcome ask(String name, String holder) {
        return apply(ask(name, holder, UUID.randomUUID(), null));
    }

    private LeaseCommand.Key granted(LeaseOutcome outcome) {
        assertThat(outcome).isInstanceOf(Granted.class);
        return ((Granted) outcome).key();
    }

    @Test
    void aLeaseHasOneHolderAndItsTokensRise() {
        LeaseCommand.Key first = granted(ask("a", "one"));
        assertThat(first.token()).isEqualTo(FIRST_TOKEN + 1);
        assertThat(ask("a", "two")).isEqualTo(new Held("one", 10 * SECOND));
        assertThat(apply(new Release(first, 0, null))).isEqualTo(new Ended(true));
        assertThat(apply(new Release(first, 0, null))).isEqualTo(new Ended(false));
        assertThat(granted(ask("a", "two")).token()).isGreaterThan(first.token());
        assertThat(events)
                .extracting(LeaseEvent::kind)
                .containsExactly(LeaseEvent.Kind.GRANTED, LeaseEvent.Kind.RELEASED, LeaseEvent.Kind.GRANTED);
    }

    @Test
    void aStampThatIsBehindRevivesNothing() {
        LeaseCommand.Key first = granted(ask("a", "one"));
        now += 10 * SECOND;
        LeaseCommand.Key second = granted(ask("a", "two"));
        now = SECOND;
        assertThat(apply(new Renew(List.of(first, second)))).isEqualTo(new Renewed(List.of(second)));
        assertThat(table.clock()).isEqualTo(11 * SECOND);
        assertThat(ask("a", "three")).isInstanceOf(Held.class);
    }

    @Test
    void whatIsOverIsNoticedByATickInTheOrderOfItsEnd() {
        LeaseCommand.Key first = granted(ask("first", "one"));
        now += SECOND;
        granted(ask("second", "one"));
        apply(new Renew(List.of(first)));
        now += SECOND;
        apply(new Renew(List.of(first)));
        events.clear();
        assertThat(table.nextDue()).isLessThanOrEqualTo(12 * SECOND);
        now += 60 * SECOND;
        apply(new Tick());
        assertThat(events).extracting(LeaseEvent::name).containsExactly("second", "first");
        assertThat(events).extracting(LeaseEvent::kind).containsOnly(LeaseEvent.Kind.EXPIRED);
    }

    @Test
    void aRepeatedRequestIsAnsweredAgainAndExtendsNothing() {
        UUID id = UUID.randomUUID();
        LeaseCommand.Key key = granted(apply(ask("a", "one", id, null)));
        now += 4 * SECOND;
        assertThat(apply(ask("a", "one", id, null))).isEqualTo(new Granted(key));
        assertThat(ask("a", "two")).isEqualTo(new Held("one", 6 * SECOND));
        now += 6 * SECOND;
        assertThat(apply(ask("a", "one", id, null))).isEqualTo(new Held("one", 0));
    }

    @Test
    void aTickRunsOnce() {
        LeaseCommand.Key key = granted(apply(ask("a", "one", UUID.randomUUID(), 500L)));
        apply(new Release(key, 0, 500L));
        assertThat(apply(ask("a", "two", UUID.randomUUID(), 499L))).isEqualTo(new AlreadyRan(500));
        assertThat(apply(ask("a", "two", UUID.randomUUID(), 501L))).isInstanceOf(Granted.class);
    }

    @Test
    void aReleaseLaterKeepsOthersOutUntilThen() {
        LeaseCommand.Key key = granted(ask("a", "one"));
        assertThat(apply(new Release(key, 2_000, null))).isEqualTo(new Ended(true));
        now += 2 * SECOND - 1;
        assertThat(ask("a", "two")).isEqualTo(new Held("one", 1));
        now += 1;
        granted(ask("a", "two"));
    }

    @Test
    void anOperatorEndsAGrant() {
        assertThat(apply(new ForceRelease("a", "op"))).isEqualTo(new Ended(false));
        LeaseCommand.Key key = granted(ask("a", "one"));
        assertThat(apply(new ForceRelease("a", "op"))).isEqualTo(new Ended(true));
        assertThat(apply(new Renew(List.of(key)))).isEqualTo(new Renewed(List.of()));
        assertThat(events.get(1).by()).isEqualTo("op");
        assertThat(apply(new Inspect("a"))).isEqualTo(new Found(new StoredLease("a", "one", key.token(), 0, null)));
    }

    @Test
    void namesAreForgottenOnceNothingNeedsThem() {
        LeaseCommand.Key done = granted(apply(ask("done", "one", UUID.randomUUID(), 5L)));
        apply(new Release(done, 0, 5L));
        apply(new Release(granted(ask("idle", "one")), 0, null));
        now += LeaseTable.KEEP_NANOS;
        apply(new Tick());
        assertThat(table.list(name -> true, 10)).extracting(StoredLease::name).containsExactly("done");
        now += LeaseTable.KEEP_COMPLETED_NANOS;
        apply(new Tick());
        assertThat(table.size()).isZero();
        assertThat(table.nextDue()).isEqualTo(Long.MAX_VALUE);
        assertThat(granted(ask("done", "two")).token()).isGreaterThan(done.token());
    }

    @Test
    void aFullTableForgetsWhatIsIdleAndRefusesTheRest() {
        for (int i = 0; i < 99; i++) {
            granted(ask("live" + i, "one"));
        }
        apply(new Release(granted(ask("idle", "one")), 0, null));
        granted(ask("new", "one"));
        assertThat(ask("more", "one")).isInstanceOf(Full.class);
        assertThat(table.size()).isEqualTo(100);
    }

    @Test
    void tokensAreRaisedAndNeverLowered() {
        LeaseCommand.Key before = granted(ask("a", "one"));
        table.raiseTokens(before.token() - 1);
        assertThat(granted(ask("b", "one")).token()).isEqualTo(before.token() + 1);
        table.raiseTokens(before.token() + 1_000);
        assertThat(granted(ask("c", "one")).token()).isEqualTo(before.token() + 1_001);
    }

    /** Whoever starts from a snapshot answers and tells exactly as whoever was there from the beginning. */
    @RepeatedTest(200)
    void aRestoredTableGoesOnAsTheOther(RepetitionInfo repetition) throws IOException {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        LeaseTable first = new LeaseTable(6);
        LeaseTable second = first;
        List<LeaseEvent> told = new ArrayList<>();
        Map<String, Long> newest = new HashMap<>();
        List<LeaseCommand.Key> keys = new ArrayList<>(List.of(new LeaseCommand.Key("n0", 1)));
        int split = random.nextInt(200);
        for (int i = 0; i < 400; i++) {
            if (i == split) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                LeaseSnapshot.write(LeaseSnapshot.of(first), bytes);
                second = LeaseSnapshot.read(new ByteArrayInputStream(bytes.toByteArray()), 6);
            }
            now += (long) (random.nextDouble() * random.nextDouble() * 20 * SECOND) - SECOND / 2;
            if (random.nextInt(100) == 0) {
                now += LeaseTable.KEEP_NANOS;
            }
            LeaseCommand command = command(random, keys);
            told.clear();
            List<LeaseEvent> toldSecond = new ArrayList<>();
            LeaseOutcome outcome = first.apply(command, now, FIRST_TOKEN, told::add);
            if (i >= split) {
                assertThat(second.apply(command, now, FIRST_TOKEN, toldSecond::add))
                        .as("seed %d, step %d, %s", seed, i, command)
                        .isEqualTo(outcome);
                assertThat(toldSecond).as("seed %d, step %d", seed, i).isEqualTo(told);
                assertThat(second.list(name -> true, 10)).isEqualTo(first.list(name -> true, 10));
            }
            boolean granted = told.stream().anyMatch(event -> event.kind() == LeaseEvent.Kind.GRANTED);
            if (granted && outcome instanceof Granted grant) {
                Long before = newest.put(grant.key().name(), grant.key().token());
                assertThat(grant.key().token()).as("seed %d", seed).isGreaterThan(before == null ? 0 : before);
                keys.add(grant.key());
            }
        }
    }

    private static LeaseCommand command(Random random, List<LeaseCommand.Key> keys) {
        String name = "n" + random.nextInt(8);
        LeaseCommand.Key key = keys.get(Math.max(0, keys.size() - 1 - random.nextInt(4)));
        Long tick = random.nextBoolean() ? null : (Long) (long) random.nextInt(50);
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 ->
                new Acquire(
                        name,
                        "h" + random.nextInt(3),
                        new UUID(0, random.nextInt(30)),
                        100 + random.nextInt(9_000),
                        tick);
            case 4, 5 -> new Renew(List.of(key, keys.get(random.nextInt(keys.size()))));
            case 6 -> new Release(key, random.nextBoolean() ? 0 : 1 + random.nextInt(8_000), tick);
            case 7 -> new ForceRelease(name, "op");
            case 8 -> new Inspect(name);
            default -> new Tick();
        };
    }
}
