package io.muster.registry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Check;
import io.muster.api.InstanceReference;
import io.muster.api.InstanceStatus;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.api.ServiceHistory.Entry;
import io.muster.registry.catalogue.Command;
import io.muster.registry.catalogue.Outcome.Applied;
import io.muster.registry.engine.ScriptedProber.Fault;
import io.muster.registry.health.CheckResult;
import io.muster.registry.health.Prober.Finding;
import io.muster.registry.health.SilenceHold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What every engine makes of instances that it looks at by itself. */
abstract class CheckContract extends EngineFixture {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final CheckResult BROKEN = CheckResult.failed("HTTP 503 from /");
    private static final CheckResult SILENT = CheckResult.silent("no answer within 2s");

    @Test
    void oneThatIsCheckedIsUpAfterItsFirstPassAndNeedsNoHeartbeats() {
        prober.checks.put("a", BROKEN);
        checked("a", 2, 3);
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        assertThat(find("a").reason()).isEqualTo("HTTP 503 from /");
        prober.checks.put("b", CheckResult.passed());
        checked("b", 2, 3);
        assertThat(status("b")).as("the first pass suffices").isEqualTo(InstanceStatus.UP);
        assertThat(engine.view().history(ORDERS))
                .filteredOn(entry -> entry.id().equals("b"))
                .extracting(Entry::to)
                .containsExactly(InstanceStatus.UP, InstanceStatus.DOWN);

        pass(TTL.multipliedBy(10));
        assertThat(status("b")).isEqualTo(InstanceStatus.UP);
        assertThat(prober.identified).isEmpty();
        assertThat(prober.connected).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "2, 3"})
    void failuresAndPassesInARowDecide(int failures, int successes) {
        checked("a", failures, successes);
        prober.checks.put("a", BROKEN);
        awaitChecks("a", failures - 1);
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
        prober.checks.put("a", CheckResult.passed());
        awaitChecks("a", 1);
        prober.checks.put("a", BROKEN);
        awaitChecks("a", failures - 1);
        assertThat(status("a")).as("not in a row").isEqualTo(InstanceStatus.UP);
        awaitChecks("a", 1);
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        assertThat(find("a").reason()).isEqualTo("HTTP 503 from /");

        prober.checks.put("a", CheckResult.passed());
        awaitChecks("a", successes - 1);
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        awaitChecks("a", 1);
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void aSkippedCheckSaysNothing() {
        checked("a", 2, 1);
        prober.checks.put("a", BROKEN);
        awaitChecks("a", 1);
        prober.checks.put("a", CheckResult.skipped());
        awaitChecks("a", 3);
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
        prober.checks.put("a", BROKEN);
        awaitChecks("a", 1);
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"THROWS", "FAILED_STAGE"})
    void aProberThatFailsHasSkippedTheInstanceAndCostsNoPlace(Fault fault) {
        Position generation = generation("suspect");
        prober.connections.put("suspect", Finding.REFUSED);
        prober.fault = fault;
        int count = 300;
        for (int i = 0; i < count; i++) {
            checked("i" + i, 1, 1);
        }
        suspect("suspect", generation);
        pass(Duration.ofSeconds(3));
        assertThat(down()).as("not checked yet").isEqualTo(count);
        assertThat(status("suspect")).isEqualTo(InstanceStatus.UP);

        prober.fault = Fault.NONE;
        pass(Duration.ofSeconds(2));
        assertThat(status("suspect")).isEqualTo(InstanceStatus.DOWN);
        assertThat(down()).as("the suspect alone").isEqualTo(1);
    }

    @Test
    void allOfManyThatDieAtOnceAreDownWithinAFewLooks() {
        List<InstanceReference> all = generations(100);
        all.forEach(instance -> prober.connections.put(instance.id(), Finding.REFUSED));
        prober.room = 64;
        engine.suspect(all);
        assertThat(down()).isEqualTo(64);

        pass(Duration.ofSeconds(1));
        assertThat(down()).as("nobody can look at the others").isEqualTo(64);
        prober.room = 30;
        pass(Duration.ofMillis(250));
        assertThat(down()).isEqualTo(94);
        prober.room = 30;
        pass(Duration.ofMillis(250));
        assertThat(down()).isEqualTo(100);
    }

    @Test
    void neitherHeartbeatsNorTheSameRegistrationAgainSpeakForIt() {
        Position generation = checked("a", 1, 1);
        prober.checks.put("a", BROKEN);
        awaitChecks("a", 1);
        assertThat(observe("a", generation)).as("it is known").isEmpty();
        assertThat(checked("a", 1, 1)).isEqualTo(generation);
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
    }

    @Test
    void oneOfManyThatIsSilentIsDownAWindowAfterItsLastTimeOut() {
        for (int i = 0; i < 9; i++) {
            checked("i" + i, 2, 1);
        }
        prober.checks.put("i0", SILENT);
        awaitChecks("i0", 2);
        pass(Duration.ofMillis(2_500));

        assertThat(down()).isEqualTo(1);
        assertThat(find("i0").reason()).isEqualTo("no answer within 2s");
        prober.checks.put("i0", CheckResult.passed());
        awaitChecks("i0", 1);
        assertThat(down()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"2, 12, true", "1, 12, true", "2, 60, true", "1, 60, true", "2, 2, false"})
    void timeOutsOfManyAreHeldBackUntilOneAnswers(int failures, int count, boolean held) {
        for (int i = 0; i < count; i++) {
            checked("i" + i, failures, 1);
        }
        pass(INTERVAL.multipliedBy(3));
        for (int i = 0; i < count; i++) {
            prober.checks.put("i" + i, SILENT);
        }
        pass(INTERVAL.multipliedBy(12));
        assertThat(down()).isEqualTo(held ? 0 : count);
        assertThat(engine.view().holds()).extracting(SilenceHold::silent).isEqualTo(held ? List.of(count) : List.of());

        for (int i = 1; i < count; i++) {
            prober.checks.put("i" + i, CheckResult.passed());
        }
        pass(INTERVAL.multipliedBy(2));
        assertThat(engine.view().holds()).isEmpty();
        assertThat(down()).as("the one that is silent still").isEqualTo(1);
    }

    @Test
    void wrongAnswersOfManyAreNotHeldBack() {
        for (int i = 0; i < 12; i++) {
            checked("i" + i, 2, 1);
            prober.checks.put("i" + i, i % 2 == 0 ? BROKEN : CheckResult.failed("connection refused"));
        }
        pass(INTERVAL.multipliedBy(3));

        assertThat(down()).isEqualTo(12);
        assertThat(engine.view().holds()).isEmpty();
    }

    @Test
    void timeOutsAndMissingHeartbeatsAreCountedTogether() {
        List<InstanceReference> heard = new ArrayList<>(generations(2));
        for (int i = 0; i < 2; i++) {
            checked("c" + i, 2, 1);
        }
        pass(TTL.minusSeconds(6));
        prober.checks.put("c0", SILENT);
        prober.checks.put("c1", SILENT);
        pass(TTL.plusSeconds(30));

        assertThat(down()).as("all four at once").isZero();
        assertThat(engine.view().holds()).extracting(SilenceHold::silent).containsExactly(4);
        await(engine.observe(heard, "anonymous"));
        pass(TTL.minusSeconds(5));
        assertThat(down()).as("two of four are too few to be held").isEqualTo(2);
    }

    @Test
    void aRefusedConnectionIsDownAtOnceAndAPassAloneDoesNotSendCallersBack() {
        Position generation = checked("a", 2, 1);
        prober.connections.put("a", Finding.REFUSED);
        suspect("a", generation);
        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
        awaitChecks("a", 2);
        pass(Duration.ofSeconds(1));
        assertThat(status("a")).as("its check looks elsewhere").isEqualTo(InstanceStatus.DOWN);

        prober.connections.put("a", Finding.ACCEPTED);
        awaitChecks("a", 1);
        pass(Duration.ofSeconds(1));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
    }

    @Test
    void oneThatStaysDownIsRemovedAndCheckedNoMore() {
        prober.checks.put("a", BROKEN);
        checked("a", 2, 1);
        pass(REMOVE_AFTER.plusSeconds(1));
        assertThat(engine.view().size()).isZero();
        int before = prober.checked.size();
        pass(INTERVAL.multipliedBy(3));
        assertThat(prober.checked).hasSize(before);
    }

    @Test
    void aCheckThatIsGivenUpLeavesTheInstanceToItsHeartbeats() {
        checked("a", 1, 1);
        prober.checks.put("a", BROKEN);
        awaitChecks("a", 1);
        Registration without = Registration.of("process-a", "host-a", 8080).withStatus(InstanceStatus.UP);
        await(engine.submit(List.of(new Command.Register(key("a"), without, "anonymous"))));
        assertThat(status("a")).isEqualTo(InstanceStatus.UP);
        pass(TTL.plusSeconds(3));
        assertThat(find("a").reason()).contains("no heartbeat");
    }

    @Test
    void oneThatMovedTakesNoRequestsBeforeItIsChecked() {
        checked("a", 2, 1);
        prober.checks.put("a", BROKEN);
        Registration moved = Registration.of("process-a", "elsewhere", 8080)
                .withStatus(InstanceStatus.UP)
                .withCheck(check(2, 1));
        await(engine.submit(List.of(new Command.Register(key("a"), moved, "anonymous"))));

        assertThat(status("a")).isEqualTo(InstanceStatus.DOWN);
    }

    private void awaitChecks(String id, int count) {
        long wanted = count + times(id);
        for (int i = 0; times(id) < wanted; i++) {
            assertThat(i).as("checks of %s", id).isLessThan(10_000);
            pass(Duration.ofMillis(250));
        }
    }

    private long times(String id) {
        return prober.checked.stream().filter(id::equals).count();
    }

    private Position checked(String id, int failures, int successes) {
        Registration registration = Registration.of("process-" + id, "host-" + id, 8080)
                .withStatus(InstanceStatus.UP)
                .withCheck(check(failures, successes));
        Command command = new Command.Register(key(id), registration, "anonymous");
        Position generation = ((Applied) await(engine.submit(List.of(command))).get(0)).generation();
        settle();
        return generation;
    }

    private static Check check(int failures, int successes) {
        return new Check(Check.Type.TCP, null, null, null, null, INTERVAL, Duration.ofSeconds(2), failures, successes);
    }
}
