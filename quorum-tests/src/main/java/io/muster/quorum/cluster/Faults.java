package io.muster.quorum.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Hurts a cluster under load, and waits until it grants again. Not thread-safe. */
public final class Faults {
    private static final Duration GRANT_LIMIT = Duration.ofSeconds(60);

    private final RegistryCluster cluster;
    private final LeaseLoad load;

    /** @param load runs already, with clients that know all nodes */
    public Faults(RegistryCluster cluster, LeaseLoad load) {
        this.cluster = cluster;
        this.load = load;
    }

    /** The leader is killed, another grants, the old one starts again. */
    public void killLeader() throws IOException, InterruptedException {
        RegistryNode leader = cluster.awaitLeader();
        leader.kill();
        awaitGrant();
        leader.start();
        leader.awaitAnswer();
        awaitGrant();
    }

    /** A node that does not lead is killed and starts again. */
    public void killFollower() throws IOException, InterruptedException {
        RegistryNode leader = cluster.awaitLeader();
        for (RegistryNode node : cluster.nodes()) {
            if (node != leader) {
                node.kill();
                awaitGrant();
                node.start();
                node.awaitAnswer();
                break;
            }
        }
        awaitGrant();
    }

    /** The leader is stopped, another grants, and the old one goes on as if nothing had been. */
    public void stopLeader() throws IOException, InterruptedException {
        RegistryNode leader = cluster.awaitLeader();
        leader.pause();
        awaitGrant();
        leader.resume();
        leader.awaitAnswer();
        awaitGrant();
    }

    /** All nodes are killed at once and start again. */
    public void restartAll() throws IOException, InterruptedException {
        for (RegistryNode node : cluster.nodes()) {
            node.kill();
        }
        for (RegistryNode node : cluster.nodes()) {
            node.start();
        }
        for (RegistryNode node : cluster.nodes()) {
            node.awaitAnswer();
        }
        awaitGrant();
    }

    /**
     * Waits until a lease is granted that is asked for after this call.
     *
     * @throws IOException when none is in a minute
     */
    public void awaitGrant() throws IOException, InterruptedException {
        long from = System.nanoTime();
        while (load.lastGrant() < from) {
            if (System.nanoTime() - from > GRANT_LIMIT.toNanos()) {
                throw new IOException("No lease was granted for " + GRANT_LIMIT.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
