package io.muster.gossip.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.gossip.protocol.MemberEvent;
import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.MemberRecord;
import io.muster.gossip.protocol.MemberState;
import io.muster.gossip.protocol.Message;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.Rumor;
import io.muster.gossip.protocol.SwimConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Small clusters in trouble. Each names the property that it proves and the guard without which it does not hold. */
final class Scenarios {
    private static final int N = 24;
    private static final SwimConfig.Repair SHORT_MEMORY = new SwimConfig.Repair(
            Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofMinutes(1));
    private static final SwimConfig.Repair NO_SYNC_FOR_LONG = new SwimConfig.Repair(
            Duration.ofHours(1), Duration.ofSeconds(5), Duration.ofHours(24), Duration.ofHours(24));

    /**
     * @param rule the guard, by the name that {@code Internals.without} takes; empty if there are several, each enough
     * @param property of the list in docs/gossip.md
     */
    record Scenario(String rule, String property, String what, Consumer<SwimConfig> run) {
        @Override
        public String toString() {
            return rule + ": " + what;
        }
    }

    private Scenarios() {}

    static SwimConfig withShortMemory() {
        return SwimConfig.lan().withRepair(SHORT_MEMORY);
    }

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(ofMembership());
        all.addAll(StateScenarios.all());
        return all;
    }

    private static List<Scenario> ofMembership() {
        return List.of(
                new Scenario(
                        "MONOTONE_INCARNATION",
                        "S3",
                        "Alive1, Dead1, Dead10, Alive2 stays dead",
                        Scenarios::orderOfFour),
                new Scenario(
                        "LEAVING_IS_FINAL",
                        "S5",
                        "who has left does not come back in that life",
                        Scenarios::leftStaysLeft),
                new Scenario("TOMBSTONES", "S3", "an old message does not raise the dead", Scenarios::noResurrection),
                new Scenario("TOMBSTONES_AGE", "S7", "the dead are forgotten in the end", Scenarios::tombstonesEnd),
                new Scenario(
                        "PLACEHOLDER", "L9", "an accusation of an unknown member reaches it", Scenarios::placeholder),
                new Scenario("TELL_THE_STALE", "L9", "whoever speaks for a dead life is told", Scenarios::tellTheStale),
                new Scenario(
                        "REPEAT_ANSWER", "L8", "a lost answer to an accusation is repeated", Scenarios::leakySplit),
                new Scenario(
                        "SUSPECT_FIRST", "L7", "nobody believes the other side of a split", Scenarios::healedSplit),
                new Scenario("CLAMP", "S4", "a poisoned incarnation is refused", Scenarios::poison),
                new Scenario("TARGET_CHECK", "L1", "an address used again hides no death", Scenarios::recycledAddress),
                new Scenario("FALLBACK", "L8", "no suspicion where only datagrams are lost", Scenarios::lostDatagrams),
                new Scenario("INDIRECT", "L8", "a cut between two nodes is nobody else's fault", Scenarios::cutPair),
                new Scenario(
                        "EARLY_NACK", "L2", "a death leaves the healthy ones' health alone", Scenarios::nacksInTime),
                new Scenario("STALL_CHECK", "L12", "who was stopped accuses nobody", Scenarios::stoppedForLong),
                new Scenario("", "L8", "streams alone keep a member alive", Scenarios::streamsAlone),
                new Scenario("HEALING", "L7", "a split heals without seeds", Scenarios::splitHeals),
                new Scenario("SYNC", "L5", "what gossip missed is found by push-pull", Scenarios::missedRumor),
                new Scenario(
                        "COMPARE_WITH_PROBES",
                        "L5",
                        "what gossip missed is found by probes",
                        Scenarios::missedRumorFoundFast),
                new Scenario(
                        "COMPARE_WITH_RUMORS",
                        "L5",
                        "what gossip missed of a crowd is found with its rumors",
                        Scenarios::crowd),
                new Scenario("STORM_DAMPER", "L8", "who reaches nobody declares nobody dead", Scenarios::isolated),
                new Scenario("SEND_ERRORS_COUNT", "L2", "a failed send goes on at once", Scenarios::sendErrors));
    }

    private static Simulation together(SwimConfig config, long seed) {
        Simulation cluster = Simulation.of(N, seed, config).together();
        cluster.run(Duration.ofSeconds(5));
        cluster.forgetEvents();
        return cluster;
    }

    private static Message rumor(MemberRecord record) {
        Message message = new Message().start(Message.Kind.RUMORS, 0);
        message.add(new Rumor(record, 0, 0));
        return message;
    }

    private static MemberRecord claim(MemberRecord of, long incarnation, MemberState state) {
        return new MemberRecord(of.id(), incarnation, state, of.address(), of.metadata());
    }

    private static void tellAll(Simulation cluster, MemberRecord record) {
        for (int i = 0; i < cluster.size(); i++) {
            cluster.inject((i + 1) % cluster.size(), i, rumor(record));
        }
        cluster.run(Duration.ofMillis(100));
    }

    static void orderOfFour(SwimConfig config) {
        Simulation cluster = together(config, 1);
        MemberRecord five = cluster.node(5).self();
        cluster.crash(5);
        cluster.until("dead", Duration.ofSeconds(20), () -> cluster.everybodyHolds(5, MemberState.DEAD));
        tellAll(cluster, claim(five, 10, MemberState.DEAD));
        tellAll(cluster, claim(five, 2, MemberState.ALIVE));
        assertThat(cluster.everybodyHolds(5, MemberState.DEAD)).isTrue();
    }

    static void leftStaysLeft(SwimConfig config) {
        Simulation cluster = together(config, 2);
        MemberRecord five = cluster.node(5).self();
        cluster.leave(5);
        cluster.until("left", Duration.ofSeconds(3), () -> cluster.everybodyHolds(5, MemberState.LEFT));
        cluster.run(Duration.ofSeconds(5));
        tellAll(cluster, claim(five, 7, MemberState.ALIVE));
        assertThat(cluster.howManyHold(5, MemberState.LEFT)).isEqualTo(N - 1);
        cluster.restart(5, 0);
        cluster.until("rejoined", Duration.ofSeconds(5), cluster::allSeeAll);
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    static void noResurrection(SwimConfig config) {
        Simulation cluster = together(config, 3);
        MemberRecord five = cluster.node(5).self();
        cluster.crash(5);
        cluster.run(Duration.ofSeconds(90));
        cluster.forgetEvents();
        tellAll(cluster, five);
        assertThat(cluster.count(MemberEvent.Kind.UP)).isZero();
    }

    static void tombstonesEnd(SwimConfig config) {
        Simulation cluster = together(config.withRepair(SHORT_MEMORY), 4);
        cluster.crash(5);
        cluster.run(Duration.ofMinutes(3));
        assertThat(cluster.howManyHold(5, MemberState.DEAD)).isZero();
    }

    static void placeholder(SwimConfig config) {
        Simulation cluster = together(config, 5);
        cluster.run(Duration.ofSeconds(1));
        MemberRecord stranger = new MemberRecord(
                new MemberId("stranger", 0, new UUID(1, 2)),
                3,
                MemberState.SUSPECT,
                Simulation.addressOf(99, 0),
                Metadata.EMPTY);
        cluster.inject(1, 0, rumor(stranger));
        cluster.run(Duration.ofSeconds(2));
        assertThat(IntStream.range(0, N)
                        .filter(i -> cluster.node(i).member("stranger").isPresent()))
                .hasSize(N);
    }

    /** One node holds a later life of a restarted one for dead; nothing but its word can bring that up. */
    static void tellTheStale(SwimConfig config) {
        Simulation cluster = together(config, 6);
        MemberRecord five = cluster.node(5).self();
        MemberRecord later = new MemberRecord(
                new MemberId("n5", 3, new UUID(9, 9)), 0, MemberState.DEAD, five.address(), Metadata.EMPTY);
        cluster.cutEverything(i -> i == 0, i -> i != 0 && i != 5);
        cluster.cutEverything(i -> i != 0 && i != 5, i -> i == 0);
        cluster.inject(1, 0, rumor(later));
        cluster.run(Duration.ofMillis(1));
        cluster.inject(1, 0, rumor(five));
        cluster.run(Duration.ofMillis(50));
        assertThat(cluster.node(5).self().id().epoch()).isEqualTo(4);
    }

    /** Datagrams between the sides are lost; streams pass from B to A only, and not inside B. */
    static void leakySplit(SwimConfig config) {
        int half = 16;
        Simulation cluster = Simulation.of(2 * half, 2, config).together();
        cluster.run(Duration.ofSeconds(5));
        cluster.cutDatagrams(i -> i < half, i -> i >= half);
        cluster.cutDatagrams(i -> i >= half, i -> i < half);
        cluster.cutConnects(i -> i < half, i -> i >= half);
        cluster.cutConnects(i -> i >= half, i -> i >= half);
        cluster.run(Duration.ofSeconds(60));
        assertThat(deathsOnOwnSide(cluster, half)).isZero();
    }

    static long deathsOnOwnSide(Simulation cluster, int half) {
        return cluster.events().stream()
                .filter(event -> event.kind() == MemberEvent.Kind.DOWN)
                .filter(event -> (event.observer() < half) == (indexOf(event.subject()) < half))
                .count();
    }

    private static int indexOf(String name) {
        return Integer.parseInt(name.substring(1));
    }

    static void healedSplit(SwimConfig config) {
        Simulation cluster = together(config, 8);
        cluster.split(i -> i < N / 2);
        cluster.run(Duration.ofSeconds(60));
        cluster.mend();
        cluster.until("healed", Duration.ofSeconds(10), cluster::allSeeAll);
        assertThat(deathsOnOwnSide(cluster, N / 2)).isZero();
    }

    static void poison(SwimConfig config) {
        Simulation cluster = together(config, 9);
        tellAll(cluster, claim(cluster.node(5).self(), 1L << 39, MemberState.SUSPECT));
        cluster.run(Duration.ofSeconds(30));
        assertThat(cluster.node(5).self().incarnation()).isLessThan(100);
        assertThat(cluster.everybodyHolds(5, MemberState.ALIVE)).isTrue();
    }

    static void recycledAddress(SwimConfig config) {
        Simulation cluster = together(config, 10);
        cluster.restartAs(5, "other", 0, Simulation.addressOf(5, 0));
        cluster.run(Duration.ofSeconds(30));
        assertThat(IntStream.range(0, N)
                        .filter(i -> cluster.node(i)
                                .member("n5")
                                .map(MemberRecord::state)
                                .filter(state -> state == MemberState.DEAD)
                                .isPresent()))
                .hasSize(N);
    }

    static void lostDatagrams(SwimConfig config) {
        Simulation cluster = together(config, 11);
        cluster.conditions(Conditions.GOOD.withLoss(0.3));
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.count(MemberEvent.Kind.SUSPECTED)).isZero();
    }

    static void cutPair(SwimConfig config) {
        Simulation cluster = together(config, 12);
        cluster.cutEverything(i -> i == 3, i -> i == 4);
        cluster.cutEverything(i -> i == 4, i -> i == 3);
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.count(MemberEvent.Kind.SUSPECTED)).isZero();
    }

    static void nacksInTime(SwimConfig config) {
        Simulation cluster = together(config, 13);
        cluster.crash(5);
        cluster.until("dead", Duration.ofSeconds(20), () -> {
            for (int i = 0; i < N; i++) {
                assertThat(cluster.node(i).healthScore()).isZero();
            }
            return cluster.everybodyHolds(5, MemberState.DEAD);
        });
    }

    static void stoppedForLong(SwimConfig config) {
        for (int seed = 1; seed <= 5; seed++) {
            Simulation cluster = together(config, seed);
            cluster.crash(6);
            cluster.run(Duration.ofMillis(2500));
            cluster.pause(5, Duration.ofSeconds(20));
            cluster.run(Duration.ofSeconds(40));
            assertThat(cluster.events())
                    .filteredOn(
                            event -> event.observer() == 5 && !event.subject().equals("n6"))
                    .isEmpty();
            assertThat(cluster.allSeeAll()).isTrue();
            assertThat(cluster.node(5).counters().stalls()).isPositive();
        }
    }

    /** One node's datagrams are lost both ways; by stream it must both hear that it is suspected and answer. */
    static void streamsAlone(SwimConfig config) {
        Simulation cluster = together(config.withRepair(NO_SYNC_FOR_LONG), 15);
        cluster.cutDatagrams(i -> i == 5, i -> true);
        cluster.cutDatagrams(i -> true, i -> i == 5);
        cluster.conditions(Conditions.GOOD.withRetransmissions(0.25));
        cluster.run(Duration.ofMinutes(2));
        assertThat(cluster.count(MemberEvent.Kind.SUSPECTED)).isPositive();
        assertThat(cluster.count(MemberEvent.Kind.DOWN)).isZero();
    }

    static void splitHeals(SwimConfig config) {
        Simulation cluster = together(config, 16);
        cluster.split(i -> i < N / 2);
        cluster.run(Duration.ofSeconds(60));
        assertThat(cluster.howManyHold(0, MemberState.DEAD)).isEqualTo(N / 2);
        cluster.mend();
        cluster.until("healed", Duration.ofSeconds(10), cluster::allSeeAll);
    }

    /** So much changes that no probe says whether something is missing. */
    static void missedRumor(SwimConfig config) {
        Simulation cluster = together(
                config.withRepair(new SwimConfig.Repair(
                        Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofHours(24), Duration.ofHours(24))),
                17);
        cluster.split(i -> i == 7);
        Metadata news = Metadata.of(new byte[] {77});
        cluster.update(5, cluster.node(5).self().address(), news);
        for (int step = 0; step < 45; step++) {
            if (step == 3) {
                cluster.mend();
            }
            int busy = 8 + step % 10;
            cluster.update(busy, cluster.node(busy).self().address(), Metadata.of(new byte[] {(byte) step}));
            cluster.run(Duration.ofMillis(400));
        }
        assertThat(IntStream.range(0, N)
                        .filter(i -> cluster.node(i)
                                .member("n5")
                                .orElseThrow()
                                .metadata()
                                .equals(news)))
                .hasSize(N);
    }

    static void missedRumorFoundFast(SwimConfig config) {
        Simulation cluster = together(config.withRepair(NO_SYNC_FOR_LONG), 18);
        cluster.cutDatagrams(i -> i == 5, i -> true);
        cluster.update(5, cluster.node(5).self().address(), Metadata.of(new byte[] {1}));
        cluster.run(Duration.ofMillis(900));
        cluster.mend();
        cluster.until("known", Duration.ofSeconds(15), cluster::allSeeAll);
    }

    /** All change what they say of themselves at once: more than packets carry in time, and many of these are lost. */
    static void crowd(SwimConfig config) {
        for (int seed = 1; seed <= 5; seed++) {
            Simulation cluster = Simulation.of(120, seed, config).together();
            cluster.conditions(Conditions.GOOD.withLoss(0.3));
            cluster.run(Duration.ofSeconds(5));
            for (int i = 0; i < cluster.size(); i++) {
                cluster.update(i, cluster.node(i).self().address(), Metadata.of(new byte[] {(byte) i}));
            }
            cluster.until("all know", Duration.ofMillis(2500), cluster::allSeeAll);
        }
    }

    static void isolated(SwimConfig config) {
        Simulation cluster = together(config, 19);
        cluster.split(i -> i == 5);
        cluster.run(Duration.ofMinutes(5));
        assertThat(cluster.events())
                .filteredOn(event -> event.observer() == 5 && event.kind() == MemberEvent.Kind.DOWN)
                .isEmpty();
        assertThat(cluster.everybodyHolds(5, MemberState.DEAD)).isTrue();
        cluster.mend();
        cluster.until("back", Duration.ofSeconds(10), cluster::allSeeAll);
    }

    static void sendErrors(SwimConfig config) {
        Simulation cluster = together(config, 20);
        cluster.sendErrors(5, true);
        long probes = cluster.node(5).counters().probes();
        cluster.run(Duration.ofSeconds(3));
        assertThat(cluster.node(5).counters().probes()).isGreaterThan(probes);
        assertThat(cluster.node(5).counters().failedSends()).isPositive();
    }
}
