package io.muster.gossip;

import io.muster.gossip.protocol.MemberId;
import io.muster.gossip.protocol.Metadata;
import io.muster.gossip.protocol.NodeAddress;
import io.muster.gossip.protocol.SwimConfig;
import io.muster.gossip.wire.Keyring;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster.
 *
 * @param clusterId 1 to 255 characters; nodes of different clusters ignore each other
 * @param name of the node, unique in its cluster
 * @param address to listen on and to be reached at, for UDP and TCP
 * @param seeds nodes to join through; this node may be one of them
 * @param keyring null: nothing is secret or authentic, which is refused on any address but loopback
 * @param allowPlaintext says aloud that no keyring is needed on any address
 * @param epochFile where the node remembers its epoch, so that after a restart it supersedes its former life before it has
 *     joined; one file per node, in a directory that is there. Null: it learns its epoch while joining
 */
public record GossipConfig(
        String clusterId,
        String name,
        NodeAddress address,
        List<NodeAddress> seeds,
        Metadata metadata,
        SwimConfig protocol,
        @Nullable Keyring keyring,
        boolean allowPlaintext,
        @Nullable Path epochFile) {
    private static final UUID NOBODY = new UUID(0, 0);

    public GossipConfig {
        if (clusterId.isEmpty() || clusterId.length() > 255) {
            throw new IllegalArgumentException("clusterId must be 1 to 255 characters but was " + clusterId.length());
        }
        name = new MemberId(name, 0, NOBODY).name();
        seeds = List.copyOf(seeds);
        boolean loopback = address.host().startsWith("127.") || address.host().equals("::1");
        if (keyring == null && !allowPlaintext && !loopback) {
            throw new IllegalArgumentException(
                    "keyring must be set for an address that is not loopback, or allowPlaintext said aloud, but address was "
                            + address);
        }
    }

    /** With the LAN profile, without metadata and key, on loopback. */
    public static GossipConfig of(String clusterId, String name, NodeAddress address, List<NodeAddress> seeds) {
        return new GossipConfig(clusterId, name, address, seeds, Metadata.EMPTY, SwimConfig.lan(), null, false, null);
    }

    public GossipConfig withProtocol(SwimConfig value) {
        return new GossipConfig(clusterId, name, address, seeds, metadata, value, keyring, allowPlaintext, epochFile);
    }

    public GossipConfig withKeyring(Keyring value) {
        return new GossipConfig(clusterId, name, address, seeds, metadata, protocol, value, allowPlaintext, epochFile);
    }

    public GossipConfig withEpochFile(Path value) {
        return new GossipConfig(clusterId, name, address, seeds, metadata, protocol, keyring, allowPlaintext, value);
    }
}
