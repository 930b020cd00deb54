package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.StateEntry;
import io.muster.gossip.protocol.StateValue;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.simulation.Scenarios.Scenario;
import java.time.Duration;
import java.util.List;

/** What members share, in trouble. */
final class StateScenarios {
    private static final int N = 24;

    private StateScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("STATE_SYNC", "D2", "news that gossip missed are found", StateScenarios::missedNews),
                new Scenario("OWNER_CORRECTS", "D5", "a forged value is taken back", StateScenarios::forgedValue),
                new Scenario("FOLD_LIVES", "D4", "a counter survives 30 restarts", StateScenarios::restartsAreCounted),
                new Scenario("RAISE_FLOOR", "D3", "200 keys come and go", StateScenarios::keysComeAndGo),
                new Scenario("", "D2", "both sides of a split count and write on", StateScenarios::splitCounts),
                new Scenario("", "D2", "a removed value does not come back", StateScenarios::removedStaysRemoved),
                new Scenario("", "D2", "values live as long as their writer", StateScenarios::valuesLiveWithTheirLife));
    }

    private static Simulation together(SwimConfig config, long seed) {
        Simulation cluster = Simulation.of(N, seed, config).together();
        cluster.run(Duration.ofSeconds(5));
        return cluster;
    }

    static StateValue value(long number) {
        return StateValue.of(Long.toString(number));
    }

    private static void untilAllShare(Simulation cluster, Duration limit) {
        cluster.until("all share", limit, cluster::allShare);
    }

    static void missedNews(SwimConfig config) {
        Simulation cluster = together(config, 31);
        cluster.split(i -> i == 7);
        cluster.change(5, state -> state.publish("load", value(1)));
        cluster.change(7, state -> state.publish("load", value(2)));
        cluster.run(Duration.ofSeconds(3));
        assertThat(cluster.node(7).state().values("n5")).isEmpty();
        cluster.mend();
        untilAllShare(cluster, Duration.ofSeconds(10));
        assertThat(cluster.allHave(state -> value(2).equals(state.values("n7").get("load"))))
                .isTrue();
    }

    /** Somebody tells everybody what another has not said. */
    static void forgedValue(SwimConfig config) {
        Simulation cluster = together(config, 32);
        cluster.change(5, state -> state.publish("health", StateValue.of("up")));
        untilAllShare(cluster, Duration.ofSeconds(3));
        MemberId five = cluster.node(5).self().id();
        Message lie = new Message().start(Message.Kind.RUMORS, 0);
        lie.add(new StateEntry(StateEntry.Kind.VALUE, "", "health", five, 1000, StateValue.of("down")));
        lie.add(new StateEntry(StateEntry.Kind.VALUE, "", "invented", five, 1001, StateValue.of("x")));
        for (int i = 0; i < N; i++) {
            if (i != 5) {
                cluster.inject(4, i, lie);
            }
        }
        cluster.run(Duration.ofSeconds(5));
        assertThat(cluster.allShare()).isTrue();
        assertThat(cluster.allHave(
                        state -> StateValue.of("up").equals(state.values("n5").get("health"))
                                && state.values("n5").size() == 1))
                .isTrue();
    }

    static void restartsAreCounted(SwimConfig config) {
        Simulation cluster = together(config, 33);
        int restarts = 30;
        for (int i = 0; i < restarts; i++) {
            cluster.change(5, state -> state.add("starts", 1));
            cluster.run(Duration.ofSeconds(3));
            cluster.restart(5, i % 2 == 0 ? 0 : cluster.node(5).self().id().epoch() + 1);
            cluster.run(Duration.ofSeconds(2));
        }
        untilAllShare(cluster, Duration.ofSeconds(10));
        assertThat(cluster.node(0).state().count("starts")).isEqualTo(restarts);
    }

    static void keysComeAndGo(SwimConfig config) {
        Simulation cluster = together(config, 34);
        cluster.change(5, state -> state.publish("stays", value(7)));
        for (int i = 0; i < 200; i++) {
            String key = "k" + i;
            cluster.change(
                    5,
                    state -> assertThatCode(() -> state.publish(key, value(1))).doesNotThrowAnyException());
            cluster.run(Duration.ofMillis(100));
            cluster.change(5, state -> state.remove(key));
        }
        untilAllShare(cluster, Duration.ofSeconds(10));
        assertThat(cluster.allHave(state -> state.values("n5").equals(java.util.Map.of("stays", value(7)))))
                .isTrue();
    }

    static void splitCounts(SwimConfig config) {
        Simulation cluster = together(config, 35);
        cluster.conditions(Conditions.GOOD.withLoss(0.3).withDuplicates(0.1).withReordering(0.1));
        cluster.split(i -> i < N / 2);
        for (int i = 0; i < N; i++) {
            int node = i;
            cluster.at(
                    Duration.ofMillis(100L * i),
                    () -> cluster.change(node, state -> {
                        state.add("orders", node);
                        state.add("orders", -1);
                        state.publish("load", value(node));
                        state.put("flags", "winner", value(node));
                        state.put("flags", "of" + node, value(node));
                    }));
        }
        cluster.run(Duration.ofSeconds(60));
        cluster.mend();
        cluster.until("all share", Duration.ofSeconds(20), () -> cluster.allSeeAll() && cluster.allShare());
        assertThat(cluster.node(0).state().count("orders")).isEqualTo(N * (N - 1) / 2 - N);
        assertThat(cluster.node(0).state().values()).hasSize(N);
        assertThat(cluster.node(0).state().map("flags")).hasSize(N + 1);
    }

    /** One node misses that a key is removed, and that its removal is forgotten. */
    static void removedStaysRemoved(SwimConfig config) {
        Simulation cluster = together(config, 36);
        cluster.change(5, state -> {
            state.publish("old", value(1));
            state.publish("stays", value(2));
            state.put("m", "old", value(3));
        });
        untilAllShare(cluster, Duration.ofSeconds(3));
        cluster.split(i -> i == 7);
        cluster.change(5, state -> {
            state.remove("old");
            for (int i = 0; i < 20; i++) {
                state.publish("k" + i, value(i));
                state.remove("k" + i);
            }
        });
        cluster.change(6, state -> state.remove("m", "old"));
        cluster.run(Duration.ofSeconds(2));
        cluster.mend();
        untilAllShare(cluster, Duration.ofSeconds(10));
        assertThat(cluster.allHave(state -> state.values("n5").equals(java.util.Map.of("stays", value(2)))))
                .isTrue();
        assertThat(cluster.allHave(state -> state.map("m").isEmpty())).isTrue();
    }

    static void valuesLiveWithTheirLife(SwimConfig config) {
        Simulation cluster = together(config, 37);
        cluster.change(5, state -> state.publish("load", value(1)));
        cluster.change(6, state -> state.publish("load", value(2)));
        cluster.change(7, state -> {
            state.publish("load", value(3));
            state.put("m", "k", value(4));
            state.add("c", 5);
        });
        untilAllShare(cluster, Duration.ofSeconds(3));
        cluster.restart(5, 0);
        cluster.leave(6);
        cluster.crash(7);
        cluster.run(Duration.ofSeconds(30));
        assertThat(cluster.allShare()).isTrue();
        assertThat(cluster.node(0).state().values()).isEmpty();
        assertThat(cluster.node(5).state().map("m")).containsEntry("k", value(4));
        assertThat(cluster.node(5).state().count("c")).isEqualTo(5);
        cluster.change(5, state -> state.publish("load", value(8)));
        untilAllShare(cluster, Duration.ofSeconds(3));
        assertThat(cluster.node(0).state().values("n5")).containsEntry("load", value(8));
    }
}
