package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.SwimConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** L2 to L7 of docs/gossip.md in a large cluster: 1,000 members, with {@code -Psoak} 5,000. And how fast the simulator is. */
class ScaleTest {
    private static final int N = Integer.getInteger("gossip.members", 1000);
    private static final int WARM_UP_SECONDS = 3;

    private static Simulation together(int n, long seed) {
        Simulation cluster = Simulation.of(n, seed).together();
        cluster.run(Duration.ofSeconds(WARM_UP_SECONDS));
        cluster.forgetEvents();
        return cluster;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    @Test
    void aCrashIsKnownToAllAsSoonAsTheFormulaSays() {
        Experiments.Crashes crashes = new Experiments(SwimConfig.lan(), N, Conditions.GOOD).crashes(20);
        double suspicion = Internals.suspicionMinSeconds(SwimConfig.lan(), N);
        System.out.printf(
                "crash, n=%d: first suspect mean %.2f s, first dead mean %.2f s, all know mean %.2f s%n",
                N, crashes.firstSuspect(), crashes.firstDead(), crashes.allKnow());
        assertThat(crashes.firstSuspect()).isBetween(1.5, 2.5);
        assertThat(crashes.firstDead()).isCloseTo(crashes.firstSuspect() + suspicion, Percentage.withPercentage(10));
        assertThat(crashes.allKnow() - crashes.firstDead()).isLessThan(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1.7", "0.3, 2"})
    void anUpdateReachesAll(double loss, double worst) {
        Experiments experiments = new Experiments(SwimConfig.lan(), N, Conditions.GOOD.withLoss(loss));
        double[] took = experiments.updates(5);
        System.out.printf(
                "update, n=%d, loss %.0f %%: mean %.2f s, worst %.2f s%n",
                N,
                100 * loss,
                Arrays.stream(took).average().orElseThrow(),
                Arrays.stream(took).max().orElseThrow());
        assertThat(Arrays.stream(took).max().orElseThrow()).isLessThanOrEqualTo(worst);
    }

    @Test
    void aThousandJoinAtOnce() {
        Simulation cluster = Simulation.of(1000, 3).join(Duration.ofMillis(100));
        Duration took = cluster.until("all see all", Duration.ofSeconds(2), cluster::allSeeAll);
        System.out.printf("join of 1000 at once: all see all after %.2f s%n", seconds(took));
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    /** A twentieth is cut off: half of 5,000 that suspect the other half hold more than fits one machine's memory. */
    @Test
    void aSplitHealsByItself() {
        Simulation cluster = Simulation.unchecked(N, 1, SwimConfig.lan()).together();
        cluster.run(Duration.ofSeconds(WARM_UP_SECONDS));
        int side = N / 20;
        cluster.split(i -> i < side);
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.howManyHold(0, MemberState.DEAD)).isEqualTo(N - side);
        assertThat(IntStream.range(side, N - 1)).allMatch(i -> cluster.stateAt(i, N - 1) == MemberState.ALIVE);
        cluster.mend();
        Duration took = cluster.until("healed", Duration.ofSeconds(10), cluster::allSeeAll);
        System.out.printf("split %d/%d: healed after %.2f s%n", side, N - side, seconds(took));
    }

    @Test
    void theSteadyStateCostsTheSameAtAnySize() {
        Simulation cluster = together(N, 2);
        cluster.run(Duration.ofSeconds(30));
        double perSecond = cluster.datagrams() / 30.0 / N;
        assertThat(perSecond).isCloseTo(2, Percentage.withPercentage(1));
        assertThat(cluster.events()).isEmpty();
    }

    /** All that one member says of itself is found by all others even if next to no gossip carries it. */
    @Test
    void whatGossipMissesIsFound() {
        SwimConfig config =
                SwimConfig.lan().withSpreading(new SwimConfig.Spreading(Duration.ofMillis(200), 1, 1, 0, 1200));
        Simulation cluster = Simulation.of(N, 4, config).together();
        cluster.conditions(Conditions.GOOD.withLoss(0.3));
        cluster.run(Duration.ofSeconds(WARM_UP_SECONDS));
        cluster.update(5, cluster.node(5).self().address(), Metadata.of(new byte[] {1}));
        MemberRecord news = cluster.node(5).self();
        Duration took = cluster.until("known", Duration.ofSeconds(15), () -> cluster.everybodyHolds(news));
        System.out.printf("update without enough gossip, n=%d: %.2f s%n", N, seconds(took));
    }

    /** The figures that must hold are those of {@code ./bench gossip}; this notices a simulator that has become ten times slower. */
    @ParameterizedTest
    @CsvSource({"250, 120, 50", "1000, 30, 5"})
    void theSimulatorIsFasterThanTime(int n, int length, double least) {
        Simulation cluster = together(n, 5);
        // Of this thread alone: what else the machine does counts for nothing.
        ThreadMXBean processor = ManagementFactory.getThreadMXBean();
        long began = processor.getCurrentThreadCpuTime();
        cluster.run(Duration.ofSeconds(length));
        double speed = length / ((processor.getCurrentThreadCpuTime() - began) / 1e9);
        System.out.printf("simulator, n=%d: %.0f times as fast as time%n", n, speed);
        assertThat(speed).isGreaterThan(least);
    }
}
