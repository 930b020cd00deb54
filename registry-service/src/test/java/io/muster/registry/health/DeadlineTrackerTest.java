package io.muster.registry.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Ruling;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Source;
import io.muster.registry.health.Prober.Finding;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineTrackerTest {
    private static final long MILLI = 1_000_000;
    private static final long TTL = 15_000 * MILLI;
    private static final long WINDOW = DeadlineTracker.PROBE_WINDOW_NANOS;
    private static final long REMOVE_AFTER = 600_000 * MILLI;
    private static final InstanceKey KEY = new InstanceKey(new ServiceKey("default", "orders"), "a");
    private static final Position GENERATION = new Position(1, 1);

    private final DeadlineTracker tracker = new DeadlineTracker(new HealthConfig(TTL, REMOVE_AFTER, REMOVE_AFTER));
    private final List<Command> revivals = new ArrayList<>();

    @Test
    void anInstanceIsGivenUpAtItsTtlAndNotBefore() {
        registered(0);
        assertThat(lookUntil(TTL + WINDOW - 1)).isEmpty();

        assertThat(tracker.due(TTL + WINDOW).commands())
                .singleElement()
                .isInstanceOfSatisfying(Command.ReportChecks.class, report -> {
                    assertThat(report.checks().passing()).isFalse();
                    assertThat(report.generation()).isEqualTo(GENERATION);
                });
    }

    @Test
    void aRenewalStartsTheTermAnew() {
        registered(0);
        lookUntil(TTL - 1);
        assertThat(tracker.renew(KEY, GENERATION, "anonymous", TTL - 1, revivals))
                .isTrue();

        assertThat(lookUntil(TTL - 1 + TTL - 1)).isEmpty();
        assertThat(revivals).isEmpty();
    }

    @Test
    void anotherGenerationIsNotRenewed() {
        registered(0);

        assertThat(tracker.renew(KEY, new Position(1, 2), "anonymous", 1, revivals))
                .isFalse();
        assertThat(tracker.renew(KEY, new Position(2, 1), "anonymous", 1, revivals))
                .isFalse();
    }

    @Test
    void aRenewalOfOneGivenUpProposesItsReturn() {
        registered(0);
        failing(TTL);
        tracker.renew(KEY, GENERATION, "anonymous", TTL + 5, revivals);

        assertThat(revivals).containsExactly(new Command.ReportChecks(KEY, GENERATION, Checks.PASSING));
    }

    @Test
    void aRenewalBetweenTheProposalAndItsApplicationIsNotLost() {
        registered(0);
        lookUntil(TTL + WINDOW - 1);
        long end = TTL + WINDOW;
        assertThat(tracker.due(end).commands()).hasSize(1);
        tracker.renew(KEY, GENERATION, "anonymous", end + 1, revivals);
        assertThat(revivals).isEmpty();
        failing(end + 2);

        assertThat(tracker.due(end + 3).commands())
                .containsExactly(new Command.ReportChecks(KEY, GENERATION, Checks.PASSING));
    }

    @Test
    void oneGivenUpIsRemovedAfterItsTimeAndProposedOnceUntilThen() {
        registered(0);
        lookUntil(TTL - 1);
        failing(TTL);
        assertThat(lookUntil(TTL + REMOVE_AFTER - 1)).isEmpty();

        assertThat(tracker.due(TTL + REMOVE_AFTER).commands()).singleElement().isInstanceOf(Command.Remove.class);
    }

    @Test
    void aProcessThatWasStoppedGivesEverybodyAFullTerm() {
        registered(0);
        lookUntil(1_000 * MILLI);
        long again = 60_000 * MILLI;

        assertThat(tracker.due(again).commands()).as("nobody could be heard").isEmpty();
        assertThat(lookUntil(again, again + TTL + WINDOW - 1)).isEmpty();
        assertThat(lookUntil(again + TTL + WINDOW, again + TTL + WINDOW + 250 * MILLI))
                .isNotEmpty();
    }

    @Test
    void oneThatIsGoneHasNoDeadline() {
        registered(0);
        tracker.changed(new Change(2, KEY, InstanceStatus.UP, null, Source.INSTANCE, "deregistered"), 5);

        assertThat(lookUntil(10 * TTL)).isEmpty();
        assertThat(tracker.renew(KEY, GENERATION, "anonymous", 6, revivals)).isFalse();
    }

    @Test
    void manyNamespacesThatFallSilentAreGivenUpInOneLookAndKeepNobodyElse() {
        int many = 20_000;
        for (int i = 0; i < many; i++) {
            change(inNamespace(i), Checks.PASSING, 0);
        }
        registered(1_000 * MILLI);
        assertThat(lookUntil(TTL + WINDOW - 1)).isEmpty();

        // Of this thread alone: what else the machine does counts for nothing.
        ThreadMXBean processor = ManagementFactory.getThreadMXBean();
        long begun = processor.getCurrentThreadCpuTime();
        List<Command> given = tracker.due(TTL + WINDOW).commands();
        assertThat(Duration.ofNanos(processor.getCurrentThreadCpuTime() - begun))
                .isLessThan(Duration.ofSeconds(2));
        assertThat(given).hasSize(many);
        for (int i = 0; i < many; i++) {
            change(inNamespace(i), Checks.failing("silent"), TTL + WINDOW);
        }
        long end = TTL + WINDOW + 10_000 * MILLI;
        tracker.looked(end);

        assertThat(tracker.due(end + 250 * MILLI).commands())
                .as("a long look is no time in which nobody could be heard")
                .singleElement()
                .isInstanceOfSatisfying(
                        Command.ReportChecks.class,
                        report -> assertThat(report.key()).isEqualTo(KEY));
    }

    @Test
    void whomNobodyCouldLookAtIsLookedAtAgainUntilSomebodyHas() {
        registered(0);
        InstanceRecord asked = tracker.suspect(KEY, GENERATION, 0).orElseThrow();
        assertThat(tracker.connected(asked, Finding.SKIPPED)).isEmpty();
        for (int look = 1; look <= 3; look++) {
            assertThat(tracker.due(look * (250 * MILLI)).connect()).containsExactly(asked);
            assertThat(tracker.connected(asked, Finding.SKIPPED)).isEmpty();
        }
        assertThat(tracker.due(1_000 * MILLI).connect()).containsExactly(asked);
        assertThat(tracker.connected(asked, Finding.REFUSED)).isPresent();
        assertThat(tracker.due(2_000 * MILLI).connect()).isEmpty();
    }

    @Test
    void oneThatRefusedAndIsBackStaysDownUntilSomebodyHasLooked() {
        registered(0);
        InstanceRecord asked = tracker.suspect(KEY, GENERATION, 0).orElseThrow();
        assertThat(tracker.connected(asked, Finding.REFUSED)).isPresent();
        failing(1);
        tracker.renew(KEY, GENERATION, "anonymous", 2, revivals);
        assertThat(revivals).isEmpty();
        for (int look = 4; look <= 6; look++) {
            assertThat(tracker.due(look * (250 * MILLI)).connect())
                    .extracting(InstanceRecord::key)
                    .containsExactly(KEY);
            assertThat(tracker.connected(asked, Finding.SKIPPED))
                    .as("nobody has looked")
                    .isEmpty();
        }
        assertThat(tracker.due(1_750 * MILLI).connect()).hasSize(1);
        assertThat(tracker.connected(asked, Finding.ACCEPTED))
                .contains(new Command.ReportChecks(KEY, GENERATION, Checks.PASSING));
    }

    @Test
    void reportsLeadToOneConnectionASecondAndNoneIsForgotten() {
        registered(0);
        InstanceRecord asked = tracker.suspect(KEY, GENERATION, 0).orElseThrow();
        assertThat(tracker.suspect(KEY, GENERATION, 1)).as("under way").isEmpty();
        tracker.connected(asked, Finding.ACCEPTED);
        for (int i = 2; i < 100; i++) {
            assertThat(tracker.suspect(KEY, GENERATION, i)).isEmpty();
        }
        assertThat(tracker.due(750 * MILLI).connect()).isEmpty();
        assertThat(tracker.due(1_000 * MILLI).connect()).containsExactly(asked);
        tracker.connected(asked, Finding.ACCEPTED);
        assertThat(tracker.due(3_000 * MILLI).connect()).isEmpty();
        assertThat(tracker.suspect(KEY, GENERATION, 3_000 * MILLI)).contains(asked);
    }

    @Test
    void aReportOfOneThatIsDownSpeaksNotForIt() {
        registered(0);
        InstanceRecord asked = tracker.suspect(KEY, GENERATION, 0).orElseThrow();
        assertThat(tracker.suspect(KEY, GENERATION, 1)).isEmpty();
        assertThat(tracker.connected(asked, Finding.REFUSED)).isPresent();
        failing(2);

        assertThat(tracker.due(2_000 * MILLI).connect())
                .as("nobody has heard of it")
                .isEmpty();
    }

    @Test
    void whoCouldNotBeAskedWhoItIsIsAskedAgain() {
        registered(0);
        lookUntil(TTL - 1);
        List<InstanceRecord> asked = tracker.due(TTL).identify();
        assertThat(asked).hasSize(1);
        tracker.identified(asked.get(0), Finding.SKIPPED);
        assertThat(tracker.due(TTL + 250 * MILLI).identify()).isEqualTo(asked);
        tracker.identified(asked.get(0), Finding.CONFIRMED);

        assertThat(tracker.due(TTL + 500 * MILLI).identify()).isEmpty();
        assertThat(lookUntil(TTL + 750 * MILLI, 2 * TTL - 1)).isEmpty();
    }

    private static InstanceKey inNamespace(int number) {
        return new InstanceKey(new ServiceKey("n" + number, "orders"), "a");
    }

    private List<Command> lookUntil(long now) {
        return lookUntil(0, now);
    }

    private List<Command> lookUntil(long from, long now) {
        List<Command> due = new ArrayList<>();
        for (long at = from; at < now; at += 250 * MILLI) {
            due.addAll(tracker.due(at).commands());
        }
        due.addAll(tracker.due(now).commands());
        return due;
    }

    private void registered(long now) {
        change(Checks.PASSING, now);
    }

    private void failing(long now) {
        change(Checks.failing("silent"), now);
    }

    private void change(Checks checks, long now) {
        change(KEY, checks, now);
    }

    private void change(InstanceKey key, Checks checks, long now) {
        InstanceRecord record = new InstanceRecord(
                key, GENERATION, Registration.of("p", "h", 1), "anonymous", "10.0.0.1", checks, Ruling.NONE);
        tracker.changed(new Change(1, key, null, record, Source.INSTANCE, ""), now);
    }
}
