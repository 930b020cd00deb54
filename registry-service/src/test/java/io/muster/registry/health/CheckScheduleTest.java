package io.muster.registry.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.api.Check;
import io.muster.api.InstancePatch;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.Change;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Ruling;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.Source;
import io.muster.registry.health.CheckSchedule.Run;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckScheduleTest {
    private static final long MILLI = 1_000_000;
    private static final long INTERVAL = 5_000 * MILLI;
    private static final ServiceKey SERVICE = new ServiceKey("default", "orders");
    private static final Check CHECK = Check.of(Check.Type.TCP);
    private static final Registration REGISTRATION =
            Registration.of("p", "h", 1).withCheck(CHECK);

    /** Near the end of its range, where the clock overflows in the middle of each test. */
    private static final long START = Long.valueOf(Long.MAX_VALUE) - 7_000 * MILLI;

    private final CheckSchedule schedule = new CheckSchedule();

    @Test
    void theFirstCheckIsAtOnceAndTheNextWithinAnInterval() {
        register("a", REGISTRATION, 1, 0);
        Run first = begin(0);
        assertThat(schedule.next(START)).as("one is under way").isEmpty();
        schedule.finished(first, START + 100 * MILLI);

        long second = nextStart(100 * MILLI);
        assertThat(second).isBetween(100 * MILLI, 100 * MILLI + INTERVAL);
        schedule.finished(begin(second), START + second + 300 * MILLI);
        assertThat(nextStart(second))
                .as("at its interval, however long it took")
                .isEqualTo(second + INTERVAL);
    }

    @Test
    void noTwoChecksOfOneInstanceAreUnderWayAndWhatIsLateIsNotMadeUpFor() {
        register("a", REGISTRATION, 1, 0);
        schedule.finished(begin(0), START);
        long second = nextStart(0);
        Run slow = begin(second);
        assertThat(schedule.next(START + second + 10 * INTERVAL)).isEmpty();
        schedule.finished(slow, START + second + 3 * INTERVAL + 1);

        assertThat(nextStart(second + 3 * INTERVAL)).isEqualTo(second + 4 * INTERVAL);
    }

    @Test
    void thousandsAreSpreadOverTheirIntervalAndBounded() {
        int count = 10_000;
        for (int i = 0; i < count; i++) {
            register("i" + i, REGISTRATION, 1, 0);
        }
        Deque<Run> underWay = new ArrayDeque<>();
        Map<String, Integer> checked = new HashMap<>();
        List<Integer> perStep = new ArrayList<>();
        long stepMillis = 50;
        // Each answers one step later.
        for (long at = 0; at < 20_000; at += stepMillis) {
            long now = START + at * MILLI;
            while (!underWay.isEmpty()) {
                schedule.finished(underWay.remove(), now);
            }
            int begun = 0;
            for (Optional<Run> next = schedule.next(now); next.isPresent(); next = schedule.next(now)) {
                checked.merge(next.get().instance().key().id(), 1, Integer::sum);
                underWay.add(next.get());
                begun++;
            }
            assertThat(begun).isLessThanOrEqualTo(CheckSchedule.MAX_UNDER_WAY);
            if (at >= 10_000) {
                perStep.add(begun);
            }
        }
        // 10,000 in 5 s are 100 in each step of 50 ms.
        assertThat(perStep).allSatisfy(begun -> assertThat(begun).isBetween(50, 160));
        assertThat(checked).hasSize(count);
        assertThat(checked.values()).allSatisfy(times -> assertThat(times).isBetween(3, 5));
    }

    @Test
    void whoWaitsLongestComesFirstWhenAllPlacesAreTaken() {
        for (int i = 0; i < CheckSchedule.MAX_UNDER_WAY; i++) {
            register("owner" + i % 4, "busy" + i, REGISTRATION, 1, 0);
        }
        List<Run> busy = new ArrayList<>();
        for (int i = 0; i < CheckSchedule.MAX_UNDER_WAY; i++) {
            busy.add(begin(0));
        }
        register("early", REGISTRATION, 1, 1_000 * MILLI);
        register("late", REGISTRATION, 1, 2_000 * MILLI);
        long now = 3_000 * MILLI;
        assertThat(schedule.next(START + now)).isEmpty();
        schedule.finished(busy.get(0), START + now);
        assertThat(begin(now).instance().key().id()).isEqualTo("early");
        schedule.finished(busy.get(1), START + now);
        assertThat(begin(now).instance().key().id()).isEqualTo("late");
    }

    @Test
    void slowChecksOfOneOwnerKeepNobodyElseWaiting() {
        for (int i = 0; i < 2 * CheckSchedule.MAX_UNDER_WAY; i++) {
            register("slow", "slow" + i, REGISTRATION, 1, 0);
        }
        List<Run> slow = new ArrayList<>();
        for (Optional<Run> next = schedule.next(START); next.isPresent(); next = schedule.next(START)) {
            slow.add(next.get());
        }
        assertThat(slow).hasSize(CheckSchedule.MAX_OF_OWNER);

        register("quick", "a", REGISTRATION, 1, 1 * MILLI);
        schedule.finished(begin(1 * MILLI), START + 2 * MILLI);
        long second = nextStart(2 * MILLI);
        Run again = begin(second);
        assertThat(again.instance().owner()).isEqualTo("quick");
        assertThat(schedule.next(START + 100 * INTERVAL)).isEmpty();
        schedule.finished(slow.get(0), START + second);
        assertThat(begin(second).instance().owner()).isEqualTo("slow");
        assertThat(schedule.next(START + second)).as("one place, one check").isEmpty();
    }

    @Test
    void anIdThatAnotherOwnerTookOverCountsAsTheirs() {
        register("alice", "a", REGISTRATION, 1, 0);
        Run old = begin(0);
        register("bob", "a", REGISTRATION, 2, 1 * MILLI);
        for (int i = 0; i < CheckSchedule.MAX_OF_OWNER - 1; i++) {
            register("bob", "i" + i, REGISTRATION, 1, 2 * MILLI);
            begin(2 * MILLI);
        }
        schedule.finished(old, START + 3 * MILLI);
        assertThat(begin(3 * MILLI).instance().generation()).isEqualTo(new Position(1, 2));
        register("bob", "more", REGISTRATION, 1, 4 * MILLI);
        assertThat(schedule.next(START + 4 * MILLI)).as("bob's last place").isEmpty();
        register("alice", "b", REGISTRATION, 1, 5 * MILLI);
        assertThat(begin(5 * MILLI).instance().owner()).isEqualTo("alice");

        register("carol", "more", REGISTRATION, 2, 6 * MILLI);
        assertThat(begin(6 * MILLI).instance().owner()).as("it waited as bob's").isEqualTo("carol");
    }

    @Test
    void whoWasSkippedIsLookedAtASecondLaterAndThenAtItsUsualTimes() {
        register("a", REGISTRATION, 1, 0);
        schedule.skipped(begin(0), START);
        long first = nextStart(0);
        assertThat(first).as("the first one").isBetween(1_000 * MILLI, 1_500 * MILLI);
        schedule.finished(begin(first), START + first);

        long usual = nextStart(first);
        schedule.skipped(begin(usual), START + usual);
        long retried = nextStart(usual);
        assertThat(retried - usual).isBetween(1_000 * MILLI, 1_500 * MILLI);
        schedule.finished(begin(retried), START + retried);
        assertThat(nextStart(retried)).isEqualTo(usual + INTERVAL);
    }

    @Test
    void whatIsGoneIsCheckedNoMoreAndLeavesItsPlace() {
        register("a", REGISTRATION, 1, 0);
        Run run = begin(0);
        schedule.changed(new Change(2, key("a"), null, null, Source.INSTANCE, "deregistered"), START);
        schedule.finished(run, START + MILLI);
        schedule.finished(run, START + MILLI);
        assertThat(schedule.next(START + 10 * INTERVAL)).isEmpty();

        for (int i = 0; i < CheckSchedule.MAX_UNDER_WAY; i++) {
            register("owner" + i % 4, "i" + i, REGISTRATION, 1, 0);
            begin(0);
        }
        register("more", REGISTRATION, 1, 0);
        assertThat(schedule.next(START)).as("a place is given back once").isEmpty();
    }

    @Test
    void aNewProcessAnAddressOrACheckIsLookedAtAtOnceAndAfterTheOneUnderWay() {
        register("a", REGISTRATION, 1, 0);
        Run old = begin(0);
        register("a", REGISTRATION, 2, 1 * MILLI);
        assertThat(schedule.next(START + 1 * MILLI)).isEmpty();
        schedule.finished(old, START + 2 * MILLI);
        Run next = begin(2 * MILLI);
        assertThat(next.instance().generation()).isEqualTo(new Position(1, 2));
        schedule.finished(next, START + 3 * MILLI);

        register("a", Registration.of("p", "h2", 1).withCheck(CHECK), 2, 4 * MILLI);
        Run moved = begin(4 * MILLI);
        assertThat(moved.instance().registration().host()).isEqualTo("h2");
        schedule.finished(moved, START + 5 * MILLI);
        assertThat(schedule.next(START + 6 * MILLI)).isEmpty();

        Registration patched = Registration.of("p", "h2", 1).withCheck(CHECK).with(new InstancePatch(null, 7, null));
        register("a", patched, 2, 6 * MILLI);
        assertThat(schedule.next(START + 6 * MILLI))
                .as("nothing to look at anew")
                .isEmpty();
        register("a", patched.withCheck(null), 2, 7 * MILLI);
        assertThat(schedule.next(START + 10 * INTERVAL)).isEmpty();
    }

    /** When the next check may begin, to the millisecond. */
    private long nextStart(long from) {
        // Not consumed: the probe of each millisecond answers empty until one is due.
        for (long at = from; at < from + 3 * INTERVAL; at += MILLI) {
            Optional<Run> run = schedule.next(START + at);
            if (run.isPresent()) {
                pending = run.get();
                return at;
            }
        }
        throw new AssertionError("no check within three intervals");
    }

    private @Nullable Run pending;

    private Run begin(long now) {
        Run run = pending;
        if (run != null) {
            pending = null;
            return run;
        }
        return schedule.next(START + now).orElseThrow();
    }

    private void register(String id, Registration registration, long generation, long now) {
        register("x", id, registration, generation, now);
    }

    private void register(String owner, String id, Registration registration, long generation, long now) {
        InstanceRecord record = new InstanceRecord(
                key(id),
                new Position(1, generation),
                registration,
                owner,
                registration.host(),
                Checks.PENDING,
                Ruling.NONE);
        schedule.changed(new Change(1, key(id), null, record, Source.INSTANCE, ""), START + now);
    }

    private static InstanceKey key(String id) {
        return new InstanceKey(SERVICE, id);
    }
}
