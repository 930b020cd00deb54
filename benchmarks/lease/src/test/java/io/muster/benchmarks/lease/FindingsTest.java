package io.muster.benchmarks.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.benchmarks.lease.Cut.Result;
import io.muster.benchmarks.lease.Pause.Moment;
import io.muster.benchmarks.lease.Pause.Tally;
import io.muster.benchmarks.lease.Pause.Trial;
import io.muster.benchmarks.lease.TcpProxy.Way;
import io.muster.benchmarks.report.Latencies;
import io.muster.benchmarks.report.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Findings findings = new Findings(Scale.quick());

    @Test
    void whatDidNotRunIsShort() {
        List<Row> asked = findings.report().rows().stream()
                .filter(row -> !row.must().toString().isEmpty())
                .toList();
        assertThat(asked)
                .hasSizeGreaterThan(15)
                .allSatisfy(row -> assertThat(row.ok()).isFalse());
    }

    @Test
    void oneStaleWriteIsShortWhateverTheRivalHas() {
        findings.pauses = List.of(
                tally(Stack.MUSTER, Backend.POSTGRESQL, Moment.BETWEEN_WRITES, 1),
                tally(Stack.MUSTER, Backend.MARIADB, Moment.BETWEEN_WRITES, 0),
                tally(Stack.MUSTER, Backend.REDIS, Moment.BEFORE_COMMIT, 0));
        findings.rivals = List.of(tally(Stack.SHEDLOCK, Backend.POSTGRESQL, Moment.BETWEEN_WRITES, 90));

        Row postgresql = row("SIGSTOP beyond the TTL, PostgreSQL");
        assertThat(postgresql.ok()).isFalse();
        assertThat(postgresql.rival()).isEqualTo(90);
        assertThat(row("SIGSTOP beyond the TTL, MariaDB").ok()).isTrue();
        assertThat(row("SIGSTOP beyond the TTL, Redis").ok()).isFalse();
    }

    @Test
    void anEndpointIsShownBesideOneWithoutAGuard() {
        findings.pauses = List.of(tally(Stack.MUSTER, Backend.HTTP, Moment.BETWEEN_WRITES, 0));
        findings.rivals = List.of(tally(Stack.NO_GUARD, Backend.HTTP, Moment.BETWEEN_WRITES, 70));
        Row http = row("SIGSTOP beyond the TTL, HTTP");
        assertThat(http.figure()).endsWith("rival no guard");
        assertThat(http.ok()).isTrue();
        assertThat(http.rival()).isEqualTo(70);
    }

    @Test
    void aSuccessorThatWaitsLongerThanTheTtlAndFiveSecondsIsShort() {
        findings.pauses = List.of(tally(Stack.MUSTER, Backend.POSTGRESQL, Moment.BEFORE_COMMIT, 0));
        Row proceeds = row("SIGSTOP between guard and commit, PostgreSQL: successor");
        assertThat(proceeds.measured()).isEqualTo(9.5);
        assertThat(proceeds.must()).hasToString("≤ 10");
        assertThat(proceeds.ok()).isTrue();
    }

    @Test
    void aStoreCountsOnlyWhenItWasCutInEveryWay() {
        Result both = new Result(Backend.REDIS, Way.BOTH, 0, 1, 50, 0, 490, 4, 3);
        Result to = new Result(Backend.REDIS, Way.TO_STORE, 0, 1, 50, 2, -7, 4, 3);
        Result from = new Result(Backend.REDIS, Way.FROM_STORE, 1, 1, 50, 0, 480, 4, 3);
        findings.cuts = List.of(both, to);
        assertThat(row("store cut off for 1 s, Redis").measured()).isNaN();

        findings.cuts = List.of(both, to, from);
        assertThat(row("store cut off for 1 s, Redis").measured()).isEqualTo(1);
        Row late = findings.report().rows().stream()
                .filter(row -> row.figure().contains("Redis") && row.figure().contains("after the local deadline"))
                .findFirst()
                .orElseThrow();
        assertThat(late.measured()).isEqualTo(2);
        assertThat(row("store cut off beyond the TTL, Redis: work").ok()).isFalse();
    }

    @Test
    void aCostIsComparedWithTheRivalOfItsRow() {
        findings.cost = Map.of(
                Backend.REDIS,
                new Cost.Result(
                        List.of(figure("Muster", 110), figure("ShedLock", 100), figure("Redisson's lock", 50)), 9));
        Row shedLock = row("Redis: acquire + release, rival ShedLock");
        assertThat(shedLock.ratio()).isEqualTo(1.1);
        assertThat(shedLock.ok()).isTrue();
        assertThat(row("Redis: acquire + release, rival Redisson's lock").ratio())
                .isEqualTo(2.2);
        assertThat(row("Redis: acquire + release, rival Redisson's fenced lock").rival())
                .isNaN();
    }

    @Test
    void theSpreadOfTheRoundsIsToldForEveryContestant() {
        findings.cost =
                Map.of(Backend.REDIS, new Cost.Result(List.of(figure("Muster", 110), figure("ShedLock", 100)), 9));
        assertThat(findings.report().notes())
                .anySatisfy(note ->
                        assertThat(note).contains("Redis, Muster: 100 to 120").contains("Redis, ShedLock: 90 to 110"));
    }

    private Row row(String start) {
        return findings.report().rows().stream()
                .filter(row -> row.figure().startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private static Tally tally(Stack stack, Backend backend, Moment moment, long stale) {
        return new Tally(new Trial(stack, backend), moment, 1, stale, 10, 9.5);
    }

    private static Cost.Figure figure(String name, double micros) {
        return new Cost.Figure(name, micros, micros - 10, micros + 10, new Latencies(), Double.NaN);
    }
}
