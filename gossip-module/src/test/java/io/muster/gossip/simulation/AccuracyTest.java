package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.SwimConfig;
import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often healthy members are suspected, beside what theory says, which checks the simulator's network too. */
class AccuracyTest {
    /** SWIM, section 4.2: a probe fails if the direct round trip fails and the two round trips through each helper do. */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3})
    void withoutStreamsProbesFailAsOftenAsTheorySays(double loss) {
        SwimConfig config = Internals.without(
                        SwimConfig.lan(), "FALLBACK", "COMPARE_WITH_PROBES", "SYNC", "STORM_DAMPER")
                .withLifeguard(SwimConfig.Lifeguard.OFF);
        Simulation cluster = Simulation.of(100, 1, config).together();
        cluster.conditions(Conditions.GOOD.withLoss(loss));
        cluster.run(Duration.ofMinutes(2));
        long probes = 0;
        long failed = 0;
        for (int i = 0; i < cluster.size(); i++) {
            probes += cluster.node(i).counters().probes();
            failed += cluster.node(i).counters().failedProbes();
        }
        double arrives = 1 - loss;
        double theory = (1 - Math.pow(arrives, 2)) * Math.pow(1 - Math.pow(arrives, 4), 3);
        System.out.printf(
                "loss %.0f %%: failed probes %.4f, theory %.4f%n", loss * 100, (double) failed / probes, theory);
        assertThat((double) failed / probes).isCloseTo(theory, Percentage.withPercentage(15));
    }

    /**
     * Lifeguard's experiment: every fifth member is stopped for 2 s again and again, with 4 ms in between, so that its timers
     * run and its answers are late. How often are healthy members suspected? Two other guards are off, which hide most of it.
     */
    @Test
    void lifeguardKeepsSlowNodesFromSuspectingHealthyOnes() {
        long without = falseSuspicions(SwimConfig.Lifeguard.OFF);
        long with = falseSuspicions(SwimConfig.Lifeguard.ON);
        System.out.printf("slow nodes: healthy ones suspected %d times without Lifeguard, %d with%n", without, with);
        assertThat(with).isLessThan(without / 5);
    }

    private static long falseSuspicions(SwimConfig.Lifeguard lifeguard) {
        SwimConfig config = Internals.without(SwimConfig.lan(), "STALL_CHECK", "SUSPECT_FIRST")
                .withLifeguard(lifeguard);
        Simulation cluster = Simulation.of(60, 2, config).together();
        for (int slow = 0; slow < 60; slow += 5) {
            stopAgainAndAgain(cluster, slow, Duration.ofSeconds(2), Duration.ofMillis(4));
        }
        cluster.run(Duration.ofMinutes(1));
        return cluster.events().stream()
                .filter(event -> event.kind() == MemberEvent.Kind.SUSPECTED)
                .filter(event -> Integer.parseInt(event.subject().substring(1)) % 5 != 0)
                .count();
    }

    private static void stopAgainAndAgain(Simulation cluster, int node, Duration stopped, Duration running) {
        cluster.at(running, () -> {
            cluster.pause(node, stopped);
            cluster.at(stopped, () -> stopAgainAndAgain(cluster, node, stopped, running));
        });
    }
}
