package io.muster.registry.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.replication.LeaderLog;
import io.muster.registry.replication.Standing;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftNodeTest {
    @TempDir
    Path directory;

    @Test
    void aGroupOfOneKeepsItsEntriesOverARestart() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 1)) {
            assertThat(cluster.append("n0", "a")).isEqualTo("1@1");
            assertThat(cluster.append("n0", "b")).isEqualTo("1@2");
            assertThat(cluster.node("n0").log(RaftCluster.GROUP).standing().leads())
                    .isTrue();

            cluster.stop("n0");
            cluster.start("n0", true);
            assertThat(cluster.append("n0", "a")).isEqualTo("2@3");
        }
    }

    @Test
    void oneThatIsAloneOpensNoPortAndKeepsItsEntries() {
        RaftConfig config = RaftConfig.alone("test", directory);
        for (int start = 1; start <= 3; start++) {
            CounterMachine machine = new CounterMachine();
            try (RaftNode node = new RaftNode(config, Map.of(RaftCluster.GROUP, machine), System::nanoTime)) {
                node.start();
                LeaderLog log = node.log(RaftCluster.GROUP);
                assertThat(CounterMachine.text(
                                log.submit(CounterMachine.bytes("word")).join()))
                        .isEqualTo(start + "@" + start);
                log.barrier().join();
                assertThat(CounterMachine.text(
                                log.ask(CounterMachine.bytes("word")).join()))
                        .isEqualTo("leader says " + start);
            }
        }
    }

    @Test
    void entriesThroughAnyNodeAreAppliedOnAllInOneOrder() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                answers.add(cluster.node("n" + i % 3).log(RaftCluster.GROUP).submit(CounterMachine.bytes("word")));
            }
            answers.forEach(CompletableFuture::join);
            assertThat(answers.stream().map(answer -> CounterMachine.text(answer.join())))
                    .doesNotHaveDuplicates()
                    .contains("300@300");
            cluster.settled("word", 300);
        }
    }

    @Test
    void aBarrierShowsWhatWasCommittedBeforeIt() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            String follower = cluster.follower();
            for (int i = 1; i <= 20; i++) {
                cluster.append(cluster.leader(), "word");
                cluster.node(follower).log(RaftCluster.GROUP).barrier().join();
                assertThat(cluster.machine(follower).count("word")).isEqualTo(i);
            }
        }
    }

    @Test
    void aFollowersQuestionIsAnsweredByTheLeader() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.follower(), "word");
            byte[] answer = cluster.node(cluster.follower())
                    .log(RaftCluster.GROUP)
                    .ask(CounterMachine.bytes("word"))
                    .join();
            assertThat(CounterMachine.text(answer)).isEqualTo("leader says 1");
        }
    }

    /** Whoever asked a node that led no more, or not yet, asks it again once it leads. */
    @Test
    void everyNodeThatIsLeftServesOnAfterEachChangeOfTheLeader() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            for (int round = 0; round < 4; round++) {
                cluster.append(cluster.leader(), "word");
                String lost = cluster.leader();
                cluster.stop(lost);
                List<CompletableFuture<byte[]>> answers = cluster.running().stream()
                        .map(id -> cluster.node(id).log(RaftCluster.GROUP).submit(CounterMachine.bytes("word")))
                        .toList();
                assertThat(answers)
                        .as("round %d", round)
                        .allSatisfy(answer -> assertThat(answer).succeedsWithin(RaftCluster.LIMIT));
                cluster.start(lost, false);
                cluster.settled("word", 3L * (round + 1));
            }
        }
    }

    @Test
    void theLossOfTheLeaderLosesNothing() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            String lost = cluster.leader();
            cluster.stop(lost);
            assertThat(cluster.append(cluster.running().get(0), "word")).isEqualTo("2@2");
            cluster.start(lost, false);
            cluster.settled("word", 2);
        }
    }

    @Test
    void withoutAMajorityNothingIsAccepted() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            cluster.stop(cluster.leader());
            cluster.stop(cluster.running().get(0));
            String left = cluster.running().get(0);
            await().atMost(RaftCluster.LIMIT).until(() -> {
                Standing standing = cluster.node(left).log(RaftCluster.GROUP).standing();
                return standing.leader().isEmpty() && standing.silence().compareTo(Duration.ofSeconds(1)) > 0;
            });

            assertThatThrownBy(() -> cluster.append(left, "word")).hasCauseInstanceOf(EngineUnavailableException.class);
            assertThatThrownBy(() ->
                            cluster.node(left).log(RaftCluster.GROUP).barrier().join())
                    .hasCauseInstanceOf(EngineUnavailableException.class);
            assertThat(cluster.machine(left).leads()).isFalse();
        }
    }

    @Test
    void aSnapshotTakesThePlaceOfTheLog() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 1)) {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                answers.add(cluster.node("n0").log(RaftCluster.GROUP).submit(CounterMachine.bytes("w" + i % 7)));
            }
            answers.forEach(CompletableFuture::join);
            cluster.stop("n0");
            assertThat(snapshots("n0")).isNotEmpty();
            cluster.start("n0", true);
            assertThat(cluster.append("n0", "w0")).isEqualTo("73@501");
        }
    }

    @Test
    void anEmptyNodeThatMayNotFormTheClusterVotesForNobody() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            String wiped = cluster.follower();
            cluster.stop(wiped);
            wipe(cluster.directory(wiped));
            cluster.start(wiped, false);
            String leader = cluster.leader();
            cluster.stop(leader);

            String left = cluster.running().stream()
                    .filter(id -> !id.equals(wiped))
                    .findFirst()
                    .orElseThrow();
            assertThatThrownBy(() -> cluster.append(left, "word")).isNotNull();
            assertThat(cluster.machine(left).leads()).isFalse();
            assertThat(cluster.machine(wiped).leads()).isFalse();
        }
    }

    @Test
    void aNodeThatMissedWhatIsNoMoreInTheLogGetsASnapshot() throws IOException {
        String large = "x".repeat(40_000);
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            cluster.append(cluster.leader(), "word");
            String lost = cluster.follower();
            cluster.stop(lost);
            List<String> others = cluster.running();
            for (int i = 0; i < 150; i++) {
                cluster.append(cluster.leader(), large);
            }
            cluster.settled(large, 150);
            others.forEach(cluster::stop);
            for (String other : others) {
                assertThat(snapshots(other)).isNotEmpty();
                cluster.start(other, false);
            }
            cluster.append(cluster.leader(), "word");
            cluster.start(lost, false);
            cluster.settled(large, 150);
            cluster.settled("word", 2);
            assertThat(snapshots(lost)).as("it was sent one").isNotEmpty();
        }
    }

    @Test
    void aNodeThatLostItsDirectoryComesBackWithACopyWhileAllAreStopped() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            for (int i = 0; i < 20; i++) {
                cluster.append(cluster.leader(), "word");
            }
            cluster.settled("word", 20);
            List<String> all = cluster.running();
            all.forEach(cluster::stop);
            wipe(cluster.directory("n0"));
            copy(cluster.directory("n1"), cluster.directory("n0"));
            Path marker = cluster.directory("n0").resolve("muster-node");
            Files.writeString(marker, Files.readString(marker).replace("id=n1", "id=n0"));
            all.forEach(id -> cluster.start(id, false));

            assertThat(cluster.append("n0", "word")).isEqualTo("21@21");
            cluster.settled("word", 21);
        }
    }

    @Test
    void aDamagedLogIsSaidAndTheOthersGoOn() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 3)) {
            for (int i = 0; i < 50; i++) {
                cluster.append(cluster.leader(), "word");
            }
            String damaged = cluster.follower();
            cluster.settled("word", 50);
            cluster.stop(damaged);
            damage(cluster.directory(damaged));
            cluster.start(damaged, false);

            await().atMost(RaftCluster.LIMIT)
                    .until(() -> !cluster.node(damaged).failure().isEmpty());
            assertThat(cluster.node(damaged).failure()).contains("cannot start");
            assertThat(cluster.node(damaged).log(RaftCluster.GROUP).standing().role())
                    .isEqualTo(Standing.Role.NONE);
            assertThat(cluster.append(cluster.leader(), "word")).isEqualTo("51@51");
        }
    }

    @Test
    void theDirectoryOfAnotherNodeIsRefused() throws IOException {
        try (RaftCluster cluster = new RaftCluster(directory, 1)) {
            cluster.append("n0", "word");
            cluster.stop("n0");
            Files.writeString(cluster.directory("n0").resolve("muster-node"), "cluster=other id=n0\n");
            cluster.start("n0", true);
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> cluster.node("n0").failure().contains("other"));
        }
    }

    private List<Path> snapshots(String id) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(id))) {
            return files.filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void wipe(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Changes bytes in the middle of what the log holds, as a bad disk does; its newest snapshot, too. */
    private static void damage(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("log_") || name.matches("snapshot\\.\\d+_\\d+")) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7}), 60);
                    }
                }
            }
        }
    }
}
