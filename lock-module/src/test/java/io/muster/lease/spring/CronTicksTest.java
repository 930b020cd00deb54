package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.scheduling.support.CronTrigger;
import org.springframework.scheduling.support.SimpleTriggerContext;

class CronTicksTest {
    @ParameterizedTest
    @CsvSource({
        "0 */5 * * * *, 2026-03-01T12:00:00Z, 2026-03-01T12:00:00Z",
        "0 */5 * * * *, 2026-03-01T12:04:59Z, 2026-03-01T12:00:00Z",
        "0 */5 * * * *, 2026-03-01T12:04:59.600Z, 2026-03-01T12:05:00Z",
        "* * * * * *, 2026-03-01T12:04:59.300Z, 2026-03-01T12:04:59Z",
        "0 0 2 * * *, 2026-03-01T12:00:00Z, 2026-03-01T02:00:00Z",
        "* * 9 * * *, 2026-03-01T23:00:00Z, 2026-03-01T09:59:59Z",
        "0 0 0 1 1 *, 2026-12-31T23:59:59Z, 2026-01-01T00:00:00Z",
        "0 0 0 29 2 *, 2027-06-01T00:00:00Z, 2024-02-29T00:00:00Z"
    })
    void aCallByHandStandsForTheLatestPlannedTime(String cron, Instant now, Instant tick) {
        assertThat(ticks("UTC", cron).tickOf(null, now)).contains(tick);
    }

    @Test
    void whatIsNeverPlannedHasNoTick() {
        assertThat(ticks("UTC", "0 0 0 31 2 *").tickOf(null, Instant.parse("2026-03-01T12:00:00Z")))
                .isEmpty();
        assertThat(ticks("UTC").tickOf(null, Instant.parse("2026-03-01T12:00:00Z")))
                .isEmpty();
    }

    @Test
    void thePlannedTimeOfTheScheduledTaskCountsHoweverLateOrEarlyItIs() {
        CronTicks ticks = ticks("UTC", "0 */5 * * * *");
        Instant planned = Instant.parse("2026-03-01T12:00:00Z");
        assertThat(ticks.tickOf(planned, planned.minusSeconds(140))).contains(planned);
        assertThat(ticks.tickOf(planned, planned.plusSeconds(3600))).contains(planned);
    }

    @Test
    void thePlannedTimeOfAnotherTaskDoesNot() {
        CronTicks ticks = ticks("UTC", "0 */5 * * * *");
        assertThat(ticks.tickOf(Instant.parse("2026-03-01T12:01:00Z"), Instant.parse("2026-03-01T12:01:01Z")))
                .contains(Instant.parse("2026-03-01T12:00:00Z"));
    }

    @Test
    void ofSeveralExpressionsTheLatestTimeCounts() {
        assertThat(ticks("UTC", "0 0 2 * * *", "0 30 3 * * *").tickOf(null, Instant.parse("2026-03-01T12:00:00Z")))
                .contains(Instant.parse("2026-03-01T03:30:00Z"));
    }

    @Test
    void theZoneIsThatOfTheSchedule() {
        CronTicks ticks = ticks("Europe/Berlin", "0 30 2 * * *");
        assertThat(ticks.tickOf(null, Instant.parse("2026-07-01T12:00:00Z")))
                .contains(Instant.parse("2026-07-01T00:30:00Z"));
    }

    /** Clocks go forward on 29 March 2026 and back on 25 October, at 01:00 UTC both. */
    @ParameterizedTest
    @CsvSource({
        "0 30 2 * * *, 2026-03-26T00:00:00Z, 2026-04-02T00:00:00Z",
        "0 30 2 * * *, 2026-10-22T00:00:00Z, 2026-10-29T00:00:00Z",
        "0 0 3 * * *, 2026-03-26T00:00:00Z, 2026-04-02T00:00:00Z",
        "0 */20 1-3 * * *, 2026-03-28T00:00:00Z, 2026-03-31T00:00:00Z",
        "0 */20 1-3 * * *, 2026-10-24T00:00:00Z, 2026-10-27T00:00:00Z",
        "0 0 */2 * * *, 2026-03-28T00:00:00Z, 2026-03-31T00:00:00Z",
        "0 0 */2 * * *, 2026-10-24T00:00:00Z, 2026-10-27T00:00:00Z"
    })
    void eachTimeThatATriggerPlansIsATickOfItsOwnWhenClocksAreChanged(String cron, Instant from, Instant to) {
        CronTicks ticks = ticks("Europe/Berlin", cron);
        CronTrigger trigger = new CronTrigger(cron, ZoneId.of("Europe/Berlin"));
        List<Instant> planned = new ArrayList<>();
        Instant time = from;
        while (time.isBefore(to)) {
            time = Objects.requireNonNull(trigger.nextExecution(new SimpleTriggerContext(time, time, time)));
            planned.add(time);
        }
        for (int i = 0; i + 1 < planned.size(); i++) {
            Instant tick = planned.get(i);
            Instant next = planned.get(i + 1);
            assertThat(ticks.tickOf(tick, next.plusSeconds(1))).as("planned").contains(tick);
            assertThat(ticks.tickOf(null, tick)).as("by hand, at once").contains(tick);
            assertThat(ticks.tickOf(null, next.minusSeconds(1)))
                    .as("by hand, before %s", next)
                    .contains(tick);
        }
    }

    @Test
    void aTimeThatAClockShowsTwiceIsTwoTicksAndOneThatItLeavesOutIsNone() {
        CronTicks ticks = ticks("Europe/Berlin", "0 30 2 * * *");
        assertThat(ticks.tickOf(null, Instant.parse("2026-10-25T00:45:00Z")))
                .contains(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(ticks.tickOf(null, Instant.parse("2026-10-25T12:00:00Z")))
                .contains(Instant.parse("2026-10-25T01:30:00Z"));
        assertThat(ticks.tickOf(null, Instant.parse("2026-03-29T12:00:00Z")))
                .contains(Instant.parse("2026-03-28T01:30:00Z"));
    }

    private static CronTicks ticks(String zone, String... crons) {
        return new CronTicks(List.of(crons).stream()
                .map(cron -> new CronTicks.Cron(CronExpression.parse(cron), ZoneId.of(zone)))
                .toList());
    }
}
