package io.muster.quorum.cluster;

import static io.muster.quorum.cluster.TestClusters.CALL_LIMIT;
import static io.muster.quorum.cluster.TestClusters.PATIENCE;
import static io.muster.quorum.cluster.TestClusters.ROUNDS;
import static io.muster.quorum.cluster.TestClusters.TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.benchmarks.process.Network;
import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Five nodes in networks of their own are cut off from each other; clients reach all of them. Needs root and {@code ip}; with
 * {@code NETWORK_REQUIRED=true} their lack fails the test. Seeds are printed.
 */
@Timeout(3600)
class PartitionTest {
    private static final int NODES = 5;
    private static final int LEASES = 4;
    private static final int MINORITY_CLIENTS = 3;

    private static Network network;
    private static RegistryCluster cluster;

    @BeforeAll
    static void startAll() throws Exception {
        TestClusters.assumeWanted();
        String missing = Network.missing();
        if (Boolean.parseBoolean(System.getenv("NETWORK_REQUIRED"))) {
            assertThat(missing).as("why there is no network namespace").isEmpty();
        }
        assumeTrue(missing.isEmpty(), () -> "NOT TRIED: no network namespace: " + missing);
        network = Network.create(NODES);
        cluster = TestClusters.in(network, "partition", NODES);
        cluster.start();
    }

    @AfterAll
    static void stopAll() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
        if (network != null) {
            network.close();
        }
    }

    /** What {@code from} sends to {@code to} is swallowed, or no longer. */
    private static void cut(List<RegistryNode> from, List<RegistryNode> to, boolean cut)
            throws IOException, InterruptedException {
        for (RegistryNode sender : from) {
            for (RegistryNode receiver : to) {
                int place = cluster.nodes().indexOf(sender);
                if (cut) {
                    network.cut(place, receiver.address());
                } else {
                    network.heal(place, receiver.address());
                }
            }
        }
    }

    private static LeaseLoad newLoad() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        return new LeaseLoad(seed, LEASES, TTL, CALL_LIMIT);
    }

    @Test
    void onlyTheMajorityGrantsWhileTheOldLeaderIsInTheMinority() throws Exception {
        LeaseCalls calls = new LeaseCalls(CALL_LIMIT);
        for (int round = 0; round < ROUNDS; round++) {
            RegistryNode oldLeader = cluster.awaitLeader();
            List<RegistryNode> others =
                    cluster.nodes().stream().filter(node -> node != oldLeader).toList();
            List<RegistryNode> minority = List.of(oldLeader, others.get(0));
            List<RegistryNode> majority = others.subList(1, NODES - 1);
            // All fight for the same leases, so two sides that grant show in the histories, too.
            LeaseLoad load = newLoad();
            long cutAt;
            long healedAt;
            try (load) {
                load.start(MINORITY_CLIENTS, TestClusters.urisOf(minority));
                load.start(4, TestClusters.urisOf(majority));
                Faults faults = new Faults(cluster, load);
                faults.awaitGrant();

                cut(minority, majority, true);
                cut(majority, minority, true);
                cutAt = System.nanoTime();
                faults.awaitGrant();
                for (RegistryNode node : minority) {
                    await().atMost(PATIENCE)
                            .until(() -> TestClusters.get(node, "/v1/services")
                                    .headers()
                                    .firstValue("X-Muster-Stale")
                                    .isPresent());
                    assertThat(calls.send(node.uri(), "nobody", new Call.Inspect()))
                            .as("a linearizable read at %s", node)
                            .isInstanceOfAny(Answer.Refused.class, Answer.Unknown.class);
                }
                faults.awaitGrant();
                healedAt = System.nanoTime();

                cut(minority, majority, false);
                cut(majority, minority, false);
                for (RegistryNode node : minority) {
                    await().atMost(PATIENCE)
                            .until(() -> calls.send(node.uri(), "nobody", new Call.Inspect()) instanceof Answer.Free);
                }
                faults.awaitGrant();
            }
            assertThat(load.leases().operations())
                    .as("grants of the minority")
                    .noneMatch(operation -> operation.client() < MINORITY_CLIENTS
                            && operation.answer() instanceof Answer.Granted
                            && operation.invokedNanos() > cutAt
                            && operation.returnedNanos() < healedAt);
            TestClusters.assertLinearizable(load);
        }
    }

    @Test
    void historiesStayLinearizableWhenTheLeaderIsCutInOneDirection() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            RegistryNode leader = cluster.awaitLeader();
            List<RegistryNode> others = new ArrayList<>(cluster.nodes());
            others.remove(leader);
            LeaseLoad load = newLoad();
            try (load) {
                load.start(7, TestClusters.urisOf(cluster.nodes()));
                Faults faults = new Faults(cluster, load);
                faults.awaitGrant();
                boolean deaf = round % 2 == 1;
                List<RegistryNode> from = deaf ? others : List.of(leader);
                List<RegistryNode> to = deaf ? List.of(leader) : others;

                cut(from, to, true);
                faults.awaitGrant();
                cut(from, to, false);
                faults.awaitGrant();
            }
            TestClusters.assertLinearizable(load);
        }
    }
}
