package io.muster.quorum.cluster;

import static io.muster.quorum.cluster.TestClusters.CALL_LIMIT;
import static io.muster.quorum.cluster.TestClusters.PATIENCE;
import static io.muster.quorum.cluster.TestClusters.ROUNDS;
import static io.muster.quorum.cluster.TestClusters.TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that was down while the log that it lacks was thrown away gets a snapshot. Seeds are printed. */
@Timeout(3600)
class SnapshotInstallTest {
    private static final int CLIENTS = 6;
    private static final int LEASES = 4;
    private static final int HELD = 5;
    /** About 100 kB each, so that the log has several segments of 4 MB. */
    private static final int LARGE_ENTRIES = 120;

    private static RegistryCluster cluster;
    private static List<URI> nodes;
    private static HeldLeases held;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void startAll() throws Exception {
        TestClusters.assumeWanted();
        cluster = TestClusters.onLoopback("snapshots", 3);
        cluster.start();
        nodes = TestClusters.urisOf(cluster.nodes());
        held = HeldLeases.acquire(nodes, "held", HELD);
    }

    @AfterAll
    static void stopAll() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void nothingIsLostNorGrantedTwiceByANodeThatGotASnapshot() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            long seed = new Random().nextLong();
            System.out.println("seed " + seed);
            LeaseLoad load = new LeaseLoad(seed, LEASES, TTL, CALL_LIMIT);
            try (load) {
                load.start(CLIENTS, nodes);
                Faults faults = new Faults(cluster, load);
                faults.awaitGrant();
                RegistryNode leader = cluster.awaitLeader();
                List<RegistryNode> followers =
                        cluster.nodes().stream().filter(node -> node != leader).toList();
                RegistryNode lost = followers.get(0);
                lost.kill();
                List<Path> before = snapshots(lost);
                faults.awaitGrant();
                fillLog(leader.uri());
                // A node that ends takes a snapshot, and throws away the log before it.
                for (RegistryNode node : List.of(followers.get(1), leader)) {
                    node.end();
                    node.start();
                    node.awaitAnswer();
                    faults.awaitGrant();
                    assertThat(firstLogIndex(node))
                            .as("the first entry in the log of %s", node)
                            .isPositive();
                }

                lost.start();
                lost.awaitAnswer();
                await().atMost(PATIENCE).until(() -> !snapshots(lost).equals(before));
                faults.awaitGrant();
                // What the node was sent is what decides now, with one of the others.
                cluster.awaitLeader().kill();
                faults.awaitGrant();
                for (RegistryNode node : cluster.nodes()) {
                    if (!node.up()) {
                        node.start();
                        node.awaitAnswer();
                    }
                }
                faults.awaitGrant();
            }
            System.out.println("grants: " + load.grants());
            TestClusters.assertLinearizable(load);
            assertThat(held.wrong()).as("leases lost or granted twice").isEmpty();
        }
    }

    /** Renewals of leases that nobody holds: they change nothing, and stand in the log. */
    private void fillLog(URI node) throws IOException, InterruptedException {
        String name = "n".repeat(190);
        String keys = IntStream.range(0, 500)
                .mapToObj(i -> "{\"name\":\"" + name + i + "\",\"token\":1}")
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
        HttpRequest request = HttpRequest.newBuilder(node.resolve("/v1/leases/renew"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(keys))
                .build();
        for (int i = 0; i < LARGE_ENTRIES; i++) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static long firstLogIndex(RegistryNode node) throws IOException {
        return names(node, "current")
                .filter(name -> name.startsWith("log_"))
                .map(name -> name.replaceAll(".*_(\\d+)-.*|log_inprogress_(\\d+)", "$1$2"))
                .mapToLong(Long::parseLong)
                .min()
                .orElseThrow();
    }

    private static List<Path> snapshots(RegistryNode node) throws IOException {
        return names(node, "sm")
                .filter(name -> name.matches("snapshot\\.\\d+_\\d+"))
                .sorted()
                .map(Path::of)
                .toList();
    }

    /** The files of the log of leases; some go while they are listed. */
    private static Stream<String> names(RegistryNode node, String folder) throws IOException {
        UUID group = UUID.nameUUIDFromBytes("muster/muster/leases".getBytes(StandardCharsets.UTF_8));
        Path directory = Path.of(System.getProperty("quorum.folder", "target/clusters"), "snapshots", "data", node.id())
                .resolve("raft/" + group + "/" + folder);
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        } catch (NoSuchFileException e) {
            return Stream.of();
        }
    }
}
