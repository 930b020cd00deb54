package io.muster.quorum.cluster;

import static io.muster.quorum.cluster.TestClusters.CALL_LIMIT;
import static io.muster.quorum.cluster.TestClusters.ROUNDS;
import static io.muster.quorum.cluster.TestClusters.TTL;

import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The clocks of three nodes run a quarter faster, a fifth slower and right, and their times of day jump: holders may overlap in
 * time by what clocks differ, and nothing else may go wrong. Each leads once in a round. Seeds are printed.
 */
@Timeout(3600)
class SkewedClocksTest {
    private static final String RATES = "1.25,0.8,1.0";
    private static final double FASTEST = 0.25;
    private static final double TOLERANCE = FASTEST + 0.005;
    private static final int CLIENTS = 6;
    private static final int LEASES = 4;

    private static RegistryCluster cluster;

    @BeforeAll
    static void startAll() throws Exception {
        TestClusters.assumeWanted();
        cluster = RegistryCluster.onLoopback(
                TestClusters.plan("clocks", SkewedRegistry.MAIN, "--quorum.rates=" + RATES), 3);
        cluster.start();
    }

    @AfterAll
    static void stopAll() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void historiesAreExplainedByTheFastestClockAndNoTokenGoesBack() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        LeaseLoad load = new LeaseLoad(seed, LEASES, TTL, CALL_LIMIT, TOLERANCE);
        try (load) {
            load.start(CLIENTS, TestClusters.urisOf(cluster.nodes()));
            Faults faults = new Faults(cluster, load);
            faults.awaitGrant();
            for (int i = 0; i < 3 * ROUNDS; i++) {
                System.out.println("leads: " + cluster.awaitLeader());
                faults.killLeader();
            }
        }
        System.out.println("grants: " + load.grants());
        TestClusters.assertLinearizable(load);
    }
}
