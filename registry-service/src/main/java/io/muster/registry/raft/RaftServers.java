package io.muster.registry.raft;

import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * A server that runs, and the connections to its peers.
 *
 * @param self the server's id
 * @param server takes part in the groups
 * @param client sends to other nodes; null where there are none
 */
record RaftServers(
        RaftPeerId self, RaftServer server, @Nullable RaftClientRpc client) {}
