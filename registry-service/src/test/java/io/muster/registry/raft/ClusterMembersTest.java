package io.muster.registry.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.registry.replication.ClusterState;
import io.muster.registry.replication.MembershipException;
import io.muster.registry.replication.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterMembersTest {
    @TempDir
    Path directory;

    @Test
    void threeBecomeFourAndThreeAgainWhileEntriesComeIn() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "before");
            AtomicBoolean enough = new AtomicBoolean();
            String caller = cluster.follower();
            CompletableFuture<Integer> appended = CompletableFuture.supplyAsync(() -> {
                int count = 0;
                while (!enough.get()) {
                    cluster.append(caller, "word");
                    count++;
                }
                return count;
            });
            cluster.join("n3");

            assertThat(add(cluster, cluster.follower(), "n3")).isTrue();
            assertThat(add(cluster, cluster.leader(), "n3")).as("again").isFalse();
            assertMembers(cluster, "n0", "n1", "n2", "n3");
            await().atMost(RaftCluster.LIMIT).until(() -> cluster.machine("n3").count("before") == 1);

            String leader = cluster.leader();
            assertThat(cluster.node(caller).members().remove(leader.equals(caller) ? "n3" : leader))
                    .succeedsWithin(RaftCluster.LIMIT);
            String removed = leader.equals(caller) ? "n3" : leader;
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node(removed).failure().contains("removed"));
            cluster.stop(removed);
            assertMembers(cluster, cluster.running().toArray(String[]::new));
            enough.set(true);
            assertThat(appended).succeedsWithin(RaftCluster.LIMIT);
            cluster.settled("word", appended.join());
        }
    }

    @Test
    void whoBelongsToTheClusterIsKeptOverRestartsWhateverThePeersAre() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            cluster.join("n3");
            assertThat(add(cluster, "n1", "n3")).isTrue();
            assertThat(cluster.node("n1").members().remove("n0")).succeedsWithin(RaftCluster.LIMIT);
            List<String> all = cluster.running();
            all.forEach(cluster::stop);

            // The peers of n1 and n2 name n0 still, and those of n3 nobody else.
            List.of("n1", "n2", "n3").forEach(id -> cluster.start(id, false));
            cluster.append("n3", "word");
            assertMembers(cluster, "n1", "n2", "n3");
            cluster.settled("word", 2);

            cluster.start("n0", true);
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node("n0").failure().contains("removed from the cluster"));
        }
    }

    @Test
    void anEmptiedNodeComesBackOnceItWasRemovedAndAddedAgain() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            for (int i = 0; i < 50; i++) {
                cluster.append(cluster.leader(), "word");
            }
            String emptied = cluster.follower();
            String other = cluster.leader();
            cluster.stop(emptied);
            wipe(cluster.directory(emptied));
            cluster.join(emptied);
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node(emptied).failure().contains("waits until a member"));
            for (int i = 0; i < 50; i++) {
                cluster.append(other, "word");
            }

            await().atMost(RaftCluster.LIMIT)
                    .untilAsserted(() -> assertThatThrownBy(() -> add(cluster, other, emptied))
                            .rootCause()
                            .isInstanceOf(MembershipException.class)
                            .hasMessageContaining("its directory is empty: remove it first"));
            assertThat(cluster.machine(emptied).count("word"))
                    .as("nobody filled it")
                    .isZero();
            assertThat(standing(cluster, emptied).role()).isEqualTo(Standing.Role.NONE);

            assertThat(cluster.node(other).members().remove(emptied)).succeedsWithin(RaftCluster.LIMIT);
            assertMembers(
                    cluster,
                    cluster.running().stream().filter(id -> !id.equals(emptied)).toArray(String[]::new));
            assertThat(add(cluster, other, emptied)).isTrue();
            assertMembers(cluster, "n0", "n1", "n2");
            cluster.settled("word", 100);
            assertThat(cluster.node(emptied).failure()).isEmpty();

            cluster.stop(other);
            cluster.append(emptied, "word");
        }
    }

    @Test
    void whoJoinsNeverBeginsAClusterOfItsOwn() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 1)) {
            cluster.append("n0", "word");
            cluster.join("n1");
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node("n1").failure().contains("waits"));
            cluster.stop("n1");
            cluster.start("n1", true);
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node("n1").failure().contains("waits"));
            assertThat(add(cluster, "n0", "n1")).isTrue();
            cluster.settled("word", 1);
            assertMembers(cluster, "n0", "n1");
        }
    }

    @Test
    void aLogThatIsNewInTheWholeClusterHasTheMembersOfTheOthers() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3, false)) {
            cluster.append(cluster.leader(), "word");
            cluster.join("n3");
            assertThat(add(cluster, "n1", "n3")).isTrue();
            assertThat(cluster.node("n1").members().remove("n0")).succeedsWithin(RaftCluster.LIMIT);
            cluster.running().forEach(cluster::stop);

            cluster.withSecondGroup();
            List.of("n1", "n2", "n3").forEach(id -> cluster.start(id, false));
            cluster.append("n3", "word");
            assertMembers(cluster, "n1", "n2", "n3");
        }
    }

    @Test
    void whoTakesNoPartChangesNobody() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 1)) {
            cluster.join("n1");
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node("n1").failure().contains("waits"));
            assertThatThrownBy(() -> add(cluster, "n1", "n1")).rootCause().hasMessageContaining("ask another one");
        }
    }

    @Test
    void aChangeThatWasDoneInOneGroupAloneIsSeenAndDoneInTheOther() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            RaftPeerAddress added = cluster.join("n3");
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> !cluster.node("n3").failure().isEmpty());
            addInOneGroup(cluster, "n0", "n1", "n2", "n3");

            assertThat(current(cluster, "n0").settled()).isFalse();
            assertThat(cluster.node("n1").members().add("n3", added.address())).succeedsWithin(RaftCluster.LIMIT);
            assertMembers(cluster, "n0", "n1", "n2", "n3");
        }
    }

    @Test
    void leadershipOfAllGroupsIsHandedOver() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            String next = cluster.follower();
            assertThat(cluster.node(next).members().lead(next)).succeedsWithin(RaftCluster.LIMIT);
            assertThat(leaders(cluster, next)).containsOnly(next);
            assertThat(cluster.node(cluster.follower()).members().lead(next).join())
                    .as("again")
                    .isFalse();

            cluster.node(next).handOver(Duration.ofSeconds(10));
            assertThat(cluster.node(next).standings().values()).noneMatch(Standing::leads);
            cluster.stop(next);
            cluster.append(cluster.follower(), "word");
        }
    }

    @Test
    void whatDoesNotFitTheMembersIsRefused() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            String asked = cluster.leader();
            assertThatThrownBy(() -> cluster.node(asked).members().remove("n9").join())
                    .hasRootCauseMessage("no member of the cluster has the id n9");
            assertThatThrownBy(() -> cluster.node(asked).members().lead("n9").join())
                    .hasRootCauseMessage("no member of the cluster has the id n9");
            assertThatThrownBy(() -> cluster.node(asked)
                            .members()
                            .add("n1", "127.0.0.1:1")
                            .join())
                    .rootCause()
                    .hasMessageContaining("remove it first");
            assertThatThrownBy(() -> cluster.node(asked)
                            .members()
                            .add("n9", cluster.address("n1").address())
                            .join())
                    .rootCause()
                    .hasMessageContaining("is that of member n1");
            assertThatThrownBy(() -> cluster.node(asked)
                            .members()
                            .add("n9", "127.0.0.1:1")
                            .join())
                    .rootCause()
                    .hasMessageContaining("does not answer");

            String lost = cluster.follower();
            cluster.stop(lost);
            String live = cluster.follower();
            await().atMost(RaftCluster.LIMIT)
                    .untilAsserted(() -> assertThatThrownBy(() -> cluster.node(cluster.leader())
                                    .members()
                                    .remove(live)
                                    .join())
                            .rootCause()
                            .hasMessageContaining("[" + lost + "] are silent"));
            assertThat(cluster.node(live).members().remove(lost)).succeedsWithin(RaftCluster.LIMIT);
            cluster.append(live, "word");
        }
    }

    private static boolean add(RaftCluster cluster, String through, String id) {
        return cluster.node(through)
                .members()
                .add(id, cluster.address(id).address())
                .join();
    }

    /** What is left when whoever changes members is killed in between. */
    private static void addInOneGroup(RaftCluster cluster, String... ids) throws IOException {
        List<RaftPeer> peers =
                Stream.of(ids).map(id -> RaftNode.peer(cluster.address(id))).toList();
        RaftGroupId group = cluster.node("n0").group(RaftCluster.GROUP).group();
        RaftProperties properties = new RaftProperties();
        try (RaftClient client = RaftClient.newBuilder()
                .setProperties(properties)
                .setRaftGroup(RaftGroup.valueOf(group, peers))
                .build()) {
            RaftPeerId added = peers.get(peers.size() - 1).getId();
            assertThat(client.getGroupManagementApi(added)
                            .add(RaftGroup.valueOf(group), true)
                            .isSuccess())
                    .isTrue();
            assertThat(client.admin().setConfiguration(peers).isSuccess()).isTrue();
        }
    }

    private static ClusterState current(RaftCluster cluster, String id) {
        return cluster.node(id).members().current().join();
    }

    private static Standing standing(RaftCluster cluster, String id) {
        return cluster.node(id).log(RaftCluster.GROUP).standing();
    }

    private static List<String> leaders(RaftCluster cluster, String id) {
        return current(cluster, id).groups().stream()
                .flatMap(group -> group.members().stream())
                .filter(ClusterState.Member::leads)
                .map(ClusterState.Member::id)
                .toList();
    }

    /** All of these nodes see all of them as members, in all groups. */
    private static void assertMembers(RaftCluster cluster, String... ids) {
        for (String id : ids) {
            await().atMost(RaftCluster.LIMIT).untilAsserted(() -> {
                ClusterState state = cluster.node(id).members().known();
                assertThat(state.settled()).isTrue();
                assertThat(state.groups()).hasSize(2).allSatisfy(group -> {
                    List<String> members = new ArrayList<>();
                    group.members().forEach(member -> members.add(member.id()));
                    assertThat(members).containsExactlyInAnyOrder(ids);
                });
            });
        }
    }

    private static void wipe(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
