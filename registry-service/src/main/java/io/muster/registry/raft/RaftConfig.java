package io.muster.registry.raft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node takes part in a cluster.
 *
 * @param cluster the cluster's name; nodes of another one are not talked to
 * @param self this node's id, one of the peers' when it forms a cluster
 * @param peers the nodes that form the cluster at its first start
 * @param bindHost the address that it listens on; empty opens no port, for a group of one
 * @param directory where logs and snapshots are kept
 * @param mayForm whether a node without data forms the cluster together with its peers; otherwise it waits to be added
 * @param timeouts how long it waits for what
 * @param joins whether it never forms a cluster: without data it waits until a member adds it, whoever its peers are
 * @param keys how peers know each other; null when they talk unencrypted
 */
public record RaftConfig(
        String cluster,
        String self,
        List<RaftPeerAddress> peers,
        String bindHost,
        Path directory,
        boolean mayForm,
        Timeouts timeouts,
        boolean joins,
        @Nullable PeerKeys keys) {
    /** Of a node that talks unencrypted and forms the cluster with its peers, or waits. */
    public RaftConfig(
            String cluster,
            String self,
            List<RaftPeerAddress> peers,
            String bindHost,
            Path directory,
            boolean mayForm,
            Timeouts timeouts) {
        this(cluster, self, peers, bindHost, directory, mayForm, timeouts, false, null);
    }

    /** @throws IllegalArgumentException when this node is not among its peers, or a peer is named twice */
    public RaftConfig {
        peers = List.copyOf(peers);
        if (peers.stream().filter(peer -> peer.id().equals(self)).count() != 1) {
            throw new IllegalArgumentException("peers must name this node, \"" + self + "\", once but were " + peers);
        }
        if (joins && mayForm) {
            throw new IllegalArgumentException("joins must be false when it may form the cluster but was true");
        }
        if (bindHost.isEmpty() && peers.size() > 1) {
            throw new IllegalArgumentException("bindHost must be present with peers " + peers + " but was empty");
        }
        if (peers.stream().map(RaftPeerAddress::id).distinct().count() != peers.size()) {
            throw new IllegalArgumentException("peers must have different ids but were " + peers);
        }
        if (peers.stream().map(RaftPeerAddress::address).distinct().count() != peers.size()) {
            throw new IllegalArgumentException("peers must have different addresses but were " + peers);
        }
    }

    /** The only node of a group, which opens no port: a log on this machine's disk. */
    public static RaftConfig alone(String cluster, Path directory) {
        RaftPeerAddress self = new RaftPeerAddress("alone", "localhost", 7071);
        return new RaftConfig(cluster, self.id(), List.of(self), "", directory, true, Timeouts.ALONE);
    }

    /** Whether it opens no port. */
    boolean isAlone() {
        return bindHost.isEmpty();
    }

    /** This node. */
    RaftPeerAddress own() {
        return peers.stream().filter(peer -> peer.id().equals(self)).findFirst().orElseThrow();
    }

    /**
     * How long a node waits.
     *
     * @param electionMin for a leader's sign of life at least before it asks to be elected; 50 ms or more
     * @param electionMax for it at most; each time it waits a random time in between
     * @param submit for an entry to be stored by a majority, before whoever submitted it is told that it failed
     */
    public record Timeouts(Duration electionMin, Duration electionMax, Duration submit) {
        /** There is no leader to wait for. */
        static final Timeouts ALONE =
                new Timeouts(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofSeconds(10));

        /** @throws IllegalArgumentException when they do not fit each other */
        public Timeouts {
            if (electionMin.compareTo(Duration.ofMillis(50)) < 0) {
                throw new IllegalArgumentException("electionMin must be at least 50 ms but was " + electionMin);
            }
            if (electionMax.compareTo(electionMin) <= 0) {
                throw new IllegalArgumentException(
                        "electionMax must be longer than electionMin (" + electionMin + ") but was " + electionMax);
            }
            if (submit.compareTo(electionMax) < 0) {
                throw new IllegalArgumentException(
                        "submit must be at least electionMax (" + electionMax + ") but was " + submit);
            }
        }
    }
}
