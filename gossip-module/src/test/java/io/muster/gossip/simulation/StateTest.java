package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.Internals;
import io.muster.gossip.protocol.StateValue;
import io.muster.gossip.protocol.SwimConfig;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** D1 to D6 of docs/gossip.md. */
class StateTest {
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

    @ParameterizedTest
    @CsvSource({"0, 1.5", "0.3, 2"})
    void aValueReachesAll(double loss, double worst) {
        Simulation cluster = together(N, 41);
        cluster.conditions(Conditions.GOOD.withLoss(loss));
        for (int i = 0; i < 5; i++) {
            StateValue news = StateScenarios.value(i);
            cluster.change(i, state -> state.publish("load", news));
            String member = "n" + i;
            Duration took = cluster.until(
                    "all know",
                    Duration.ofSeconds(10),
                    () -> cluster.allHave(
                            state -> news.equals(state.values(member).get("load"))));
            assertThat(seconds(took)).isLessThan(worst);
        }
    }

    @Test
    void allPublishAtOnceAndAllSeeAll() {
        Simulation cluster = together(N, 42);
        for (int i = 0; i < N; i++) {
            cluster.change(i, state -> {
                for (int key = 0; key < 10; key++) {
                    state.publish("k" + key, StateValue.of(new byte[64]));
                }
            });
        }
        Duration took = cluster.until("all share", Duration.ofSeconds(30), cluster::allShare);
        System.out.printf(
                "10 keys of 64 bytes of each of %d: all share after %.1f s, %.0f kB per node by datagram, %.0f kB by stream%n",
                N, seconds(took), cluster.datagramBytes() / 1e3 / N, cluster.streamBytes() / 1e3 / N);
        assertThat(cluster.node(0).state().values()).hasSize(N);
    }

    /** Ten keys of 64 bytes of each of 250 nodes, each changed every ten seconds: what that costs, and how old what others see is. */
    @Test
    void telemetryThatChangesAllTheTimeStaysFresh() {
        Simulation cluster = Simulation.unchecked(N, 47, SwimConfig.lan()).together();
        int seconds = 30;
        for (int tick = 0; tick < seconds * N / 10; tick++) {
            int node = tick % N;
            byte[] value = new byte[64];
            value[0] = (byte) (tick / N);
            cluster.at(
                    Duration.ofMillis(10_000L / N * tick),
                    () -> cluster.change(node, state -> {
                        for (int key = 0; key < 10; key++) {
                            state.publish("k" + key, StateValue.of(value));
                        }
                    }));
        }
        cluster.run(Duration.ofSeconds(10));
        cluster.forgetEvents();
        cluster.run(Duration.ofSeconds(20));
        double rounds = 20.0 * N;
        int current = 0;
        for (int node = 0; node < N; node++) {
            for (Map<String, StateValue> values :
                    cluster.node(node).state().values().values()) {
                current +=
                        values.getOrDefault("k9", StateValue.of("")).equals(StateValue.of(lastRound(seconds))) ? 1 : 0;
            }
        }
        System.out.printf(
                "10 keys of 64 bytes of %d nodes, changed every 10 s: %.1f kB/s per node by datagram, %.1f kB/s by stream, %.1f %% of others' values are the latest%n",
                N,
                cluster.datagramBytes() / rounds / 1e3,
                cluster.streamBytes() / rounds / 1e3,
                100.0 * current / N / N);
        assertThat(current).isGreaterThan(N * N / 2);
    }

    private static byte[] lastRound(int seconds) {
        byte[] value = new byte[64];
        value[0] = (byte) (seconds / 10 - 1);
        return value;
    }

    @Test
    void whoJoinsLearnsAll() {
        Simulation cluster = together(50, 43);
        for (int i = 0; i < 50; i++) {
            cluster.change(i, state -> {
                state.publish("load", StateScenarios.value(1));
                state.add("starts", 1);
            });
        }
        cluster.until("all share", Duration.ofSeconds(10), cluster::allShare);
        int late = cluster.addNode();
        cluster.start(late);
        Duration took =
                cluster.until("all share", Duration.ofSeconds(5), () -> cluster.allSeeAll() && cluster.allShare());
        System.out.printf("who joins has all values after %.2f s%n", seconds(took));
        assertThat(cluster.node(late).state().count("starts")).isEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, N})
    void withoutChangesNothingButARootIsSent(int n) {
        Simulation cluster = together(n, 44);
        for (int i = 0; i < n; i++) {
            cluster.change(i, state -> state.publish("load", StateScenarios.value(1)));
        }
        cluster.until("all share", Duration.ofSeconds(30), cluster::allShare);
        cluster.run(Duration.ofSeconds(10));
        cluster.forgetEvents();
        cluster.run(Duration.ofSeconds(60));
        double perSecond = cluster.datagrams() / 60.0 / n;
        System.out.printf(
                "steady with values, n=%d: %.2f datagrams and %.0f bytes of content per node and second, %.1f bytes by stream%n",
                n, perSecond, cluster.datagramBytes() / 60.0 / n, cluster.streamBytes() / 60.0 / n);
        assertThat(perSecond).isCloseTo(2, Percentage.withPercentage(1));
        assertThat(cluster.streamBytes() / 60.0 / n).isLessThan(10);
    }

    /** Each life counts, publishes, removes and writes the map; with and without memory of its epoch. */
    @Test
    void aThousandRestartsLeaveLittle() {
        Simulation cluster = together(5, 45);
        int restarts = 1000;
        for (int i = 0; i < restarts; i++) {
            String key = "k" + i;
            cluster.change(4, state -> {
                state.add("starts", 1);
                state.publish(key, StateScenarios.value(1));
                state.put("m", "last", StateValue.of(key));
            });
            cluster.run(Duration.ofMillis(1500));
            cluster.restart(4, i % 3 == 0 ? 0 : cluster.node(4).self().id().epoch() + 1);
            cluster.run(Duration.ofSeconds(1));
        }
        cluster.until("all share", Duration.ofSeconds(20), () -> cluster.allSeeAll() && cluster.allShare());
        int entries = Internals.stateEntries(cluster.node(0));
        System.out.printf(
                "%d restarts: count %d, %d entries held%n",
                restarts, cluster.node(0).state().count("starts"), entries);
        assertThat(cluster.node(0).state().count("starts")).isEqualTo(restarts);
        assertThat(entries).isLessThanOrEqualTo(8);
        assertThat(cluster.node(0).members()).hasSize(5);
    }

    /** Names that come once: what they counted is there as long as they are remembered, and then gone on all nodes alike. */
    @Test
    void namesThatNeverComeBackAreForgotten() {
        Simulation cluster = Simulation.of(6, 46, Scenarios.withShortMemory()).together();
        for (int i = 0; i < 6; i++) {
            cluster.change(i, state -> state.add("starts", 1));
        }
        cluster.until("all share", Duration.ofSeconds(5), cluster::allShare);
        cluster.crash(5);
        cluster.run(Duration.ofSeconds(20));
        assertThat(cluster.node(0).state().count("starts")).isEqualTo(6);
        cluster.run(Duration.ofMinutes(3));
        assertThat(cluster.node(0).state().count("starts")).isEqualTo(5);
        assertThat(cluster.allShare()).isTrue();
    }
}
