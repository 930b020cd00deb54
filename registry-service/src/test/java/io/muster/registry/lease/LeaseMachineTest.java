package io.muster.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseMachineTest {
    private static final long TTL_MILLIS = 10_000;

    private long nanos = 5;
    private long entries;

    private LeaseMachine machine(List<LeaseEvent> events) {
        return new LeaseMachine(100, () -> nanos, () -> 700L << 40, events::add);
    }

    private LeaseOutcome submit(LeaseMachine leader, List<LeaseMachine> all, LeaseCommand command) {
        byte[] entry = leader.prepare(LeaseCodec.encode(command));
        entries++;
        LeaseOutcome outcome = null;
        for (LeaseMachine machine : all) {
            LeaseOutcome next = LeaseCodec.outcome(machine.apply(entries, entry));
            assertThat(outcome == null ? next : outcome).isEqualTo(next);
            outcome = next;
        }
        return outcome == null ? new LeaseOutcome.Done() : outcome;
    }

    private static LeaseCommand ask(String holder) {
        return new LeaseCommand.Acquire("a", holder, UUID.randomUUID(), TTL_MILLIS, null);
    }

    @Test
    void whileNobodyLeadsTheClockStandsStill() {
        List<LeaseEvent> events = new ArrayList<>();
        LeaseMachine first = machine(events);
        LeaseMachine second = machine(new ArrayList<>());
        List<LeaseMachine> all = List.of(first, second);
        first.leading(1);
        nanos += TimeUnit.SECONDS.toNanos(3);
        assertThat(submit(first, all, ask("one"))).isInstanceOf(LeaseOutcome.Granted.class);

        first.following();
        nanos += TimeUnit.HOURS.toNanos(5);
        second.leading(2);
        assertThat(second.isDue()).isFalse();
        assertThat(submit(second, all, ask("two")))
                .isEqualTo(new LeaseOutcome.Held("one", TimeUnit.MILLISECONDS.toNanos(TTL_MILLIS)));

        nanos += TimeUnit.MILLISECONDS.toNanos(TTL_MILLIS);
        assertThat(second.isDue()).isTrue();
        assertThat(first.isDue()).isFalse();
        assertThat(submit(second, all, ask("two"))).isInstanceOf(LeaseOutcome.Granted.class);
        assertThat(events)
                .extracting(LeaseEvent::kind)
                .containsExactly(LeaseEvent.Kind.GRANTED, LeaseEvent.Kind.EXPIRED, LeaseEvent.Kind.GRANTED);
    }

    /** A wiped directory, an hour later: no day's grain. */
    @Test
    void aTableThatLostEverythingBeginsAboveItsFormerTokens() {
        long[] first = {TokenEpoch.at(Instant.parse("2026-05-04T10:00:00Z"))};
        LeaseMachine former = new LeaseMachine(100, () -> nanos, () -> first[0], event -> {});
        former.leading(1);
        LeaseOutcome.Granted last = (LeaseOutcome.Granted) submit(former, List.of(former), ask("one"));
        first[0] = TokenEpoch.at(Instant.parse("2026-05-04T10:00:00.001Z"));
        submit(former, List.of(former), new LeaseCommand.ForceRelease("a", "operator"));
        for (int i = 0; i < 8_000; i++) {
            last = (LeaseOutcome.Granted) submit(former, List.of(former), ask("one"));
            submit(former, List.of(former), new LeaseCommand.ForceRelease("a", "operator"));
        }
        LeaseMachine wiped = new LeaseMachine(100, () -> nanos, () -> first[0], event -> {});
        wiped.leading(1);
        LeaseOutcome.Granted next = (LeaseOutcome.Granted) submit(wiped, List.of(wiped), ask("two"));
        assertThat(next.key().token()).isGreaterThan(last.key().token());
    }

    @Test
    void aFormerLeadersStampDoesNotBringTheClockBack() {
        LeaseMachine machine = machine(new ArrayList<>());
        machine.leading(1);
        byte[] late = machine.prepare(LeaseCodec.encode(new LeaseCommand.Tick()));
        nanos += TimeUnit.SECONDS.toNanos(20);
        submit(machine, List.of(machine), new LeaseCommand.Tick());
        long clock = machine.clock();
        machine.apply(9, late);
        assertThat(machine.clock()).isEqualTo(clock);
    }

    @Test
    void whateverIsInTheLogIsAnsweredAndChangesNothing() {
        LeaseMachine machine = machine(new ArrayList<>());
        machine.leading(1);
        submit(machine, List.of(machine), ask("one"));
        List<StoredLease> before = machine.list(name -> true, 10);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] entry = new byte[random.nextInt(60)];
            random.nextBytes(entry);
            if (entry.length > 10) {
                // A stamp of the past, and a kind that is known.
                entry[0] = -1;
                entry[10] = (byte) random.nextInt(10);
            }
            LeaseOutcome outcome = LeaseCodec.outcome(machine.apply(100 + i, entry));
            assertThat(outcome).as("seed %d", seed).isNotNull();
        }
        assertThat(machine.list(name -> name.equals("a"), 10)).isEqualTo(before);
    }

    @Test
    void aDamagedSnapshotIsRefusedAndNothingIsLost() throws IOException {
        LeaseMachine machine = machine(new ArrayList<>());
        machine.leading(1);
        submit(machine, List.of(machine), ask("one"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.snapshot().to(out);
        byte[] good = out.toByteArray();
        List<StoredLease> before = machine.list(name -> true, 10);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            LeaseMachine other = machine(new ArrayList<>());
            assertThatThrownBy(() -> other.restore(new ByteArrayInputStream(bad)))
                    .as("byte %d", i)
                    .isInstanceOf(IOException.class);
            assertThat(other.size()).isZero();
        }
        assertThatThrownBy(() -> machine.restore(new ByteArrayInputStream(good, 0, good.length - 3)))
                .isInstanceOf(IOException.class);
        assertThat(machine.list(name -> true, 10)).isEqualTo(before);

        LeaseMachine restored = machine(new ArrayList<>());
        restored.restore(new ByteArrayInputStream(good));
        assertThat(restored.list(name -> true, 10)).isEqualTo(before);
        assertThat(restored.events(name -> true)).isEqualTo(machine.events(name -> true));
    }
}
