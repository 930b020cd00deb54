package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.SwimConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** L1 to L12 of docs/gossip.md at the size of the reference fleet. Seeds are fixed: a run that passes passes always. */
class LivenessTest {
    private static final int N = 250;

    private static Simulation together(int n, long seed) {
        Simulation cluster = Simulation.of(n, seed).together();
        cluster.run(Duration.ofSeconds(5));
        cluster.forgetEvents();
        return cluster;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    @Test
    void aCrashIsKnownToAllAsSoonAsTheFormulaSays() {
        Simulation cluster = together(N, 1);
        double suspicion = Internals.suspicionMinSeconds(SwimConfig.lan(), N);
        int crashes = 20;
        double[] suspected = new double[crashes];
        double[] dead = new double[crashes];
        double[] known = new double[crashes];
        for (int i = 0; i < crashes; i++) {
            int victim = i + 3;
            cluster.forgetEvents();
            double at = seconds(cluster.now());
            cluster.crash(victim);
            known[i] = seconds(cluster.until(
                    "all know", Duration.ofSeconds(30), () -> cluster.everybodyHolds(victim, MemberState.DEAD)));
            suspected[i] = first(cluster, MemberEvent.Kind.SUSPECTED) - at;
            dead[i] = first(cluster, MemberEvent.Kind.DOWN) - at;
            assertThat(cluster.count(MemberEvent.Kind.DOWN)).isEqualTo(N - i - 1);
            cluster.run(Duration.ofSeconds(2));
        }
        System.out.printf(
                "crash, n=%d: first suspect mean %.2f s, first dead mean %.2f s, all know median %.2f s, worst %.2f s%n",
                N,
                mean(suspected),
                mean(dead),
                median(known),
                Arrays.stream(known).max().orElseThrow());
        assertThat(mean(suspected)).isBetween(1.5, 2.5);
        assertThat(mean(dead)).isCloseTo(mean(suspected) + suspicion, Percentage.withPercentage(10));
        assertThat(median(known)).isLessThanOrEqualTo(10);
    }

    private static double first(Simulation cluster, MemberEvent.Kind kind) {
        return cluster.events().stream()
                .filter(event -> event.kind() == kind)
                .findFirst()
                .orElseThrow()
                .atSeconds();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @ParameterizedTest
    @CsvSource({"0, 1.5", "0.3, 2"})
    void anUpdateReachesAll(double loss, double worst) {
        Simulation cluster = together(N, 2);
        cluster.conditions(Conditions.GOOD.withLoss(loss));
        for (int i = 0; i < 10; i++) {
            int member = i;
            Metadata news = Metadata.of(new byte[] {(byte) i});
            cluster.update(i, cluster.node(i).self().address(), news);
            Duration took = cluster.until("all know", Duration.ofSeconds(10), () -> hasAt(cluster, member, news) == N);
            assertThat(seconds(took)).isLessThan(worst);
        }
    }

    private static long hasAt(Simulation cluster, int member, Metadata metadata) {
        long count = 0;
        for (int i = 0; i < cluster.size(); i++) {
            boolean known = cluster.node(i)
                    .member("n" + member)
                    .map(record -> record.metadata().equals(metadata))
                    .orElse(false);
            count += known ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32, N})
    void allJoinAtOnce(int n) {
        Simulation cluster = Simulation.of(n, 3).join(Duration.ofMillis(100));
        Duration took = cluster.until("all see all", Duration.ofSeconds(1), cluster::allSeeAll);
        System.out.printf("join of %d at once: all see all after %.2f s%n", n, seconds(took));
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    /** Whether all start at once or one after the other: from the start of the last one. */
    @ParameterizedTest
    @CsvSource({"100, 1", "1000, 1.2", "4000, 1.2"})
    void whoStartsLastIsSeenSoon(int spreadMillis, double worst) {
        double slowest = 0;
        for (int seed = 1; seed <= 5; seed++) {
            Simulation cluster = Simulation.of(N, seed).join(Duration.ofMillis(spreadMillis));
            cluster.until("all started", Duration.ofSeconds(5), () -> cluster.notYetStarted == 0);
            Duration took = cluster.until("all see all", Duration.ofSeconds(10), cluster::allSeeAll);
            slowest = Math.max(slowest, seconds(took));
            assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
        }
        System.out.printf("join of %d within %d ms: slowest of five %.2f s%n", N, spreadMillis, slowest);
        assertThat(slowest).isLessThanOrEqualTo(worst);
    }

    /** Whichever seed it asks first. */
    @Test
    void joinsThroughTheSeedThatIsThere() {
        for (int seed = 1; seed <= 6; seed++) {
            Simulation cluster = together(40, seed);
            cluster.crash(0);
            cluster.crash(1);
            cluster.run(Duration.ofSeconds(20));
            cluster.start(cluster.addNode());
            cluster.until("joined", Duration.ofSeconds(1), cluster::allSeeAll);
        }
    }

    @ParameterizedTest
    @CsvSource({"250, 125, 1", "250, 125, 2", "250, 10, 3", "250, 1, 4", "32, 16, 5", "3, 1, 6"})
    void aSplitHealsByItself(int n, int side, long seed) {
        Simulation cluster = together(n, seed);
        cluster.split(i -> i < side);
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.howManyHold(0, MemberState.DEAD)).isEqualTo(n - side);
        cluster.mend();
        Duration took = cluster.until("healed", Duration.ofSeconds(10), cluster::allSeeAll);
        System.out.printf("split %d/%d: healed after %.2f s%n", side, n - side, seconds(took));
        assertThat(Scenarios.deathsOnOwnSide(cluster, side)).isZero();
    }

    @Test
    void aSplitInThreeHeals() {
        Simulation cluster = together(60, 7);
        for (int part = 0; part < 3; part++) {
            int mine = part;
            cluster.split(i -> i % 3 == mine);
        }
        cluster.run(Duration.ofSeconds(60));
        cluster.mend();
        cluster.until("healed", Duration.ofSeconds(10), cluster::allSeeAll);
    }

    @Test
    void aLeakySplitKillsNobodyOnItsOwnSide() {
        int half = N / 2;
        Simulation cluster = together(N, 1);
        cluster.cutDatagrams(i -> i < half, i -> i >= half);
        cluster.cutDatagrams(i -> i >= half, i -> i < half);
        cluster.cutConnects(i -> i < half, i -> i >= half);
        cluster.cutConnects(i -> i >= half, i -> i >= half);
        cluster.run(Duration.ofSeconds(40));
        assertThat(Scenarios.deathsOnOwnSide(cluster, half)).isZero();
    }

    @Test
    void aMassRestartLosesNobody() {
        Simulation cluster = together(N, 8);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < N; i++) {
            int node = i;
            long epoch = random.nextInt(10) < 3 ? 0 : 1;
            cluster.at(Duration.ofMillis(random.nextInt(5000)), () -> cluster.restart(node, epoch));
        }
        cluster.run(Duration.ofSeconds(5));
        cluster.until("all see all", Duration.ofSeconds(10), cluster::allSeeAll);
    }

    @Test
    void whoLeavesIsNeverCalledDead() {
        Simulation cluster = together(N, 9);
        cluster.leave(9);
        Duration took =
                cluster.until("all know", Duration.ofSeconds(2), () -> cluster.everybodyHolds(9, MemberState.LEFT));
        assertThat(seconds(took)).isLessThan(1.5);
        cluster.run(Duration.ofSeconds(20));
        assertThat(cluster.node(9).isStopped()).isTrue();
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
        cluster.restart(9, 0);
        cluster.until("rejoined", Duration.ofSeconds(2), cluster::allSeeAll);
    }

    @Test
    void aNewAddressIsTakenAtOnceWithoutConflict() {
        Simulation cluster = together(N, 10);
        cluster.update(4, Simulation.addressOf(4, 1), Metadata.EMPTY);
        cluster.until("moved", Duration.ofSeconds(2), cluster::allSeeAll);
        cluster.restartAs(5, "n5", 0, Simulation.addressOf(5, 1));
        cluster.until("restarted elsewhere", Duration.ofSeconds(2), cluster::allSeeAll);
        assertThat(cluster.count(MemberEvent.Kind.CONFLICT)).isZero();
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    @Test
    void ofTwoNodesWithOneNameExactlyOneStays() {
        Simulation cluster = together(32, 11);
        int twin = cluster.addNode();
        cluster.restartAs(twin, "n5", 0, Simulation.addressOf(twin, 1));
        cluster.run(Duration.ofSeconds(10));
        assertThat(cluster.count(MemberEvent.Kind.CONFLICT)).isEqualTo(1);
        assertThat(cluster.node(5).isStopped()).isTrue();
        assertThat(cluster.node(twin).isStopped()).isFalse();
        assertThat(cluster.allSeeAll()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "20, 249"})
    void aPauseHarmsNobodyElse(int length, int deaths) {
        Simulation cluster = together(N, 12);
        cluster.pause(7, Duration.ofSeconds(length));
        cluster.run(Duration.ofSeconds(length));
        cluster.until("back", Duration.ofSeconds(1), () -> cluster.everybodyHolds(7, MemberState.ALIVE));
        cluster.run(Duration.ofSeconds(20));
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isEqualTo(deaths);
        assertThat(cluster.events()).allMatch(event -> event.subject().equals("n7"));
    }

    @Test
    void clocksThatRunDifferentlyDoNotMatter() {
        Simulation cluster = Simulation.of(64, 13);
        for (int i = 0; i < 64; i++) {
            cluster.clockRate(i, 1 + (i % 3 - 1) * 0.001);
        }
        cluster.together().run(Duration.ofMinutes(5));
        assertThat(cluster.events()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0", "0.3, 0", "0.05, 0.05"})
    void lostDatagramsKillNobody(double loss, double retransmissions) {
        Simulation cluster = together(N, 14);
        cluster.conditions(Conditions.GOOD.withLoss(loss).withRetransmissions(retransmissions));
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    @Test
    void burstsOfLossKillNobody() {
        Simulation cluster = together(N, 15);
        cluster.conditions(Conditions.GOOD
                .withBursts(0.01, Duration.ofSeconds(2))
                .withDuplicates(0.05)
                .withReordering(0.05));
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {32, N})
    void theSteadyStateCostsTheSameAtAnySize(int n) {
        Simulation cluster = together(n, 16);
        cluster.run(Duration.ofSeconds(60));
        double perSecond = cluster.datagrams() / 60.0 / n;
        System.out.printf(
                "steady, n=%d: %.2f datagrams and %.0f bytes of content per node and second, %.1f bytes by stream%n",
                n, perSecond, cluster.datagramBytes() / 60.0 / n, cluster.streamBytes() / 60.0 / n);
        assertThat(perSecond).isCloseTo(2, Percentage.withPercentage(1));
        assertThat(cluster.events()).isEmpty();
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        long[] hashes = new long[2];
        for (int run = 0; run < 2; run++) {
            Simulation cluster = Simulation.of(40, 17).join(Duration.ofSeconds(1));
            cluster.conditions(Conditions.GOOD.withLoss(0.1).withDuplicates(0.1).withReordering(0.1));
            cluster.run(Duration.ofSeconds(10));
            cluster.split(i -> i < 20);
            cluster.run(Duration.ofSeconds(20));
            cluster.mend();
            cluster.run(Duration.ofSeconds(20));
            hashes[run] = cluster.traceHash();
        }
        System.out.printf("trace hash %016x%n", hashes[0]);
        assertThat(hashes[0]).isEqualTo(hashes[1]);
        assertThat(hashes[0]).isEqualTo(EXPECTED_TRACE);
    }

    /** The same on every machine and JDK; it changes when the protocol does. */
    private static final long EXPECTED_TRACE = 0x46a01280d1eb43deL;
}
