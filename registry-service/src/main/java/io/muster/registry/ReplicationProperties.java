package io.muster.registry;

import io.muster.registry.raft.PeerKeys;
import io.muster.registry.raft.RaftConfig;
import io.muster.registry.raft.RaftPeerAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What keeps the catalogue and leases.
 *
 * @param engine what keeps the catalogue
 * @param lease whether leases are given out
 * @param raft the cluster, with the engine {@code raft}
 */
@Validated
@ConfigurationProperties("muster.server")
public record ReplicationProperties(
        @DefaultValue("standalone") Kind engine,
        @DefaultValue @Valid Lease lease,
        @DefaultValue @Valid Raft raft) {
    /** @throws IllegalArgumentException when the engine is raft and its settings do not fit each other */
    public ReplicationProperties {
        if (engine == Kind.RAFT) {
            // Every rule is checked at the start, before anything listens.
            raft.config(Path.of("."), null);
        }
    }

    /** What keeps the catalogue. */
    public enum Kind {
        /** This process's memory. */
        STANDALONE,
        /** Several nodes, of which a minority may be lost. */
        RAFT
    }

    /**
     * Whether leases are given out.
     *
     * @param enabled needs {@code muster.server.data-dir}: tokens must not go back at a restart
     * @param maxNames how many leases are remembered; idle ones are forgotten after an hour, and 31 days after a planned time
     */
    public record Lease(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("20000") @Min(1) @Max(1_000_000) int maxNames) {}

    /**
     * A cluster of registries.
     *
     * @param cluster its name, the same on every node
     * @param id this node's, one of the peers'
     * @param peers all nodes that form the cluster, as {@code id=host:port}; the same on every node
     * @param bindAddress where this node listens for its peers, on the port that the peers name
     * @param openNetwork that peers talk unencrypted and trust whoever reaches their port, said aloud; another bind address than
     *     loopback needs it
     * @param ssl how peers know each other
     * @param join whether this node is to be added to a cluster that there is: it never forms one, and {@code peers} need name
     *     no other node
     * @param bootstrap whether a node without data forms the cluster; for the very first start only
     * @param electionTimeout after how long without a leader another one is elected, at least; twice as long at most
     * @param submitTimeout after how long without a majority a change is refused
     */
    public record Raft(
            @DefaultValue("muster") String cluster,
            @DefaultValue("") String id,
            @DefaultValue List<String> peers,
            @DefaultValue("127.0.0.1") String bindAddress,
            @DefaultValue("false") boolean openNetwork,
            @DefaultValue @Valid Ssl ssl,
            @DefaultValue("false") boolean join,
            @DefaultValue("false") boolean bootstrap,
            @DefaultValue("500ms") Duration electionTimeout,
            @DefaultValue("5s") Duration submitTimeout) {
        /** Copies the list. */
        public Raft {
            peers = List.copyOf(peers);
        }

        /**
         * How peers know each other.
         *
         * @param bundle the SSL bundle whose certificate this node shows, and by which it trusts others; empty for unencrypted
         *     connections
         */
        public record Ssl(@DefaultValue("") String bundle) {}

        /** @throws IllegalArgumentException when the settings do not fit each other */
        RaftConfig config(Path directory, @Nullable PeerKeys keys) {
            List<RaftPeerAddress> addresses =
                    peers.stream().map(RaftPeerAddress::parse).toList();
            if (!openNetwork && ssl.bundle().isEmpty() && !isLoopback(bindAddress)) {
                throw new IllegalArgumentException("muster.server.raft.bind-address must be a loopback address unless"
                        + " muster.server.raft.ssl.bundle is set or muster.server.raft.open-network is true but was "
                        + bindAddress);
            }
            if (join && bootstrap) {
                throw new IllegalArgumentException(
                        "muster.server.raft.join must be false with muster.server.raft.bootstrap=true but was true");
            }
            try {
                return new RaftConfig(
                        cluster,
                        id,
                        addresses,
                        bindAddress,
                        directory,
                        !join && (bootstrap || addresses.size() == 1),
                        new RaftConfig.Timeouts(electionTimeout, electionTimeout.multipliedBy(2), submitTimeout),
                        join,
                        keys);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("muster.server.raft: " + e.getMessage(), e);
            }
        }

        private static boolean isLoopback(String address) {
            try {
                return Arrays.stream(InetAddress.getAllByName(address)).allMatch(InetAddress::isLoopbackAddress);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(
                        "muster.server.raft.bind-address must be an address but was " + address, e);
            }
        }
    }
}
