package io.muster.quorum.cluster;

import static io.muster.quorum.cluster.TestClusters.CALL_LIMIT;
import static io.muster.quorum.cluster.TestClusters.PATIENCE;
import static io.muster.quorum.cluster.TestClusters.ROUNDS;
import static io.muster.quorum.cluster.TestClusters.TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes on one machine are killed and stopped while clients fight for leases. Seeds are printed. */
@Timeout(3600)
class ProcessFaultsTest {
    private static final int CLIENTS = 6;
    private static final int LEASES = 4;
    private static final int HELD = 5;

    private static RegistryCluster cluster;
    private static List<URI> nodes;
    private static HeldLeases held;

    @BeforeAll
    static void startAll() throws Exception {
        TestClusters.assumeWanted();
        cluster = TestClusters.onLoopback("faults", 3);
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

    @FunctionalInterface
    private interface Fault {
        void inflict(Faults faults) throws IOException, InterruptedException;
    }

    private static void inflict(Fault fault) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        LeaseLoad load = new LeaseLoad(seed, LEASES, TTL, CALL_LIMIT);
        try (load) {
            load.start(CLIENTS, nodes);
            Faults faults = new Faults(cluster, load);
            faults.awaitGrant();
            for (int i = 0; i < ROUNDS; i++) {
                fault.inflict(faults);
            }
        }
        TestClusters.assertLinearizable(load);
        assertThat(held.wrong()).as("leases lost or granted twice").isEmpty();
    }

    @Test
    void historiesStayLinearizableWhenTheLeaderIsKilled() throws Exception {
        inflict(Faults::killLeader);
    }

    @Test
    void historiesStayLinearizableWhenTheLeaderIsStopped() throws Exception {
        inflict(Faults::stopLeader);
    }

    @Test
    void historiesStayLinearizableWhenAllAreRestarted() throws Exception {
        inflict(Faults::restartAll);
    }

    @Test
    void nothingIsGrantedWithoutAMajorityAndReadsGoOnMarkedStale() throws Exception {
        RegistryNode leader = cluster.awaitLeader();
        RegistryNode survivor = cluster.nodes().stream()
                .filter(node -> node != leader)
                .findFirst()
                .orElseThrow();
        LeaseCalls calls = new LeaseCalls(CALL_LIMIT);
        LeaseLoad load = new LeaseLoad(1, LEASES, TTL, CALL_LIMIT);
        try (load) {
            load.start(CLIENTS, nodes);
            Faults faults = new Faults(cluster, load);
            faults.awaitGrant();

            for (RegistryNode node : cluster.nodes()) {
                if (node != survivor) {
                    node.kill();
                }
            }
            long killed = System.nanoTime();

            await().atMost(PATIENCE)
                    .until(() -> TestClusters.get(survivor, "/v1/services")
                            .headers()
                            .firstValue("X-Muster-Stale")
                            .isPresent());
            Call acquire = new Call.Acquire("late", UUID.randomUUID().toString(), TTL.toNanos());
            assertThat(calls.send(survivor.uri(), "late", acquire))
                    .isInstanceOfAny(Answer.Refused.class, Answer.Unknown.class);
            assertThat(calls.send(survivor.uri(), "late", new Call.Inspect()))
                    .isInstanceOfAny(Answer.Refused.class, Answer.Unknown.class);
            assertThat(TestClusters.get(survivor, "/v1/services").statusCode()).isEqualTo(200);
            assertThat(load.lastGrant())
                    .as("nobody was granted a lease meanwhile")
                    .isLessThan(killed);

            for (RegistryNode node : cluster.nodes()) {
                if (node != survivor) {
                    node.start();
                }
            }
            faults.awaitGrant();
            for (RegistryNode node : cluster.nodes()) {
                node.awaitAnswer();
            }
        }
        TestClusters.assertLinearizable(load);
        assertThat(held.wrong()).as("leases lost or granted twice").isEmpty();
    }
}
