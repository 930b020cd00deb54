package io.muster.registry.raft;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.GroupInfoRequest;
import org.apache.ratis.protocol.GroupListReply;
import org.apache.ratis.protocol.GroupListRequest;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks nodes, this one or others, about themselves and their groups, and to change them. Every call blocks, for the time that
 * requests may take at most; thread-safe.
 */
final class AdminRequests {
    private static final Logger log = LoggerFactory.getLogger(AdminRequests.class);
    private static final int MAX_KNOWN = 100;

    private final ClientId client = ClientId.randomId();
    private final RaftPeerId self;
    private final RaftServer server;
    private final Supplier<RaftClientRpc> connections;
    private final Map<RaftPeerId, String> addresses = new HashMap<>();
    private volatile RaftClientRpc others;

    /** @param connections makes those to other nodes; they are this object's own, and made anew after each error */
    AdminRequests(RaftPeerId self, RaftServer server, Supplier<RaftClientRpc> connections) {
        this.self = self;
        this.server = server;
        this.connections = connections;
        this.others = connections.get();
    }

    RaftPeerId self() {
        return self;
    }

    /** Says where a node is. Ratis' connections never forget the first address of an id: with another one they are new. */
    synchronized void know(RaftPeer peer) {
        if (peer.getId().equals(self)) {
            return;
        }
        String before = addresses.put(peer.getId(), peer.getAddress());
        boolean elsewhere = before != null && !before.equals(peer.getAddress());
        if (elsewhere || addresses.size() > MAX_KNOWN) {
            RaftClientRpc former = others;
            addresses.clear();
            addresses.put(peer.getId(), peer.getAddress());
            others = connections.get();
            try {
                former.close();
            } catch (IOException e) {
                log.debug("Connections to members did not close well", e);
            }
        }
        others.addRaftPeers(List.of(peer));
    }

    /** What a node knows of a group; of the leader, how its followers are. */
    GroupInfoReply info(RaftPeerId node, RaftGroupId group) throws IOException {
        GroupInfoRequest request = new GroupInfoRequest(client, node, group, CallId.getAndIncrement());
        return (GroupInfoReply) successful(node.equals(self) ? server.getGroupInfo(request) : send(request));
    }

    boolean has(RaftPeerId node, RaftGroupId group) throws IOException {
        GroupListRequest request = new GroupListRequest(client, node, group, CallId.getAndIncrement());
        RaftClientReply reply = successful(node.equals(self) ? server.getGroupList(request) : send(request));
        return ((GroupListReply) reply).getGroupIds().contains(group);
    }

    /** Makes a node ready to be sent a group's log; it does not vote before that was done. */
    void begin(RaftPeerId node, RaftGroupId group) throws IOException {
        manage(GroupManagementRequest.newAdd(
                client, node, CallId.getAndIncrement(), RaftGroup.valueOf(group, List.of()), true));
    }

    /** Ends a node's part in a group that it is no member of any more; its log is moved aside. */
    void end(RaftPeerId node, RaftGroupId group) throws IOException {
        manage(GroupManagementRequest.newRemove(client, node, CallId.getAndIncrement(), group, false, true));
    }

    private void manage(GroupManagementRequest request) throws IOException {
        RaftClientReply unused =
                successful(request.getServerId().equals(self) ? server.groupManagement(request) : send(request));
    }

    /** Changes a group's members, unless they are others than the caller knows. */
    void change(RaftPeerId leader, RaftGroupId group, List<RaftPeer> from, List<RaftPeer> to, long millis)
            throws IOException {
        SetConfigurationRequest request = new SetConfigurationRequest(
                client,
                leader,
                group,
                CallId.getAndIncrement(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setServersInCurrentConf(from)
                        .setServersInNewConf(to)
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .build());
        RaftClientReply unused =
                successful(leader.equals(self) ? get(server.setConfigurationAsync(request), millis) : send(request));
    }

    /** Hands a group over to another leader. */
    void transfer(RaftPeerId from, RaftGroupId group, RaftPeerId to, long millis) throws IOException {
        TransferLeadershipRequest request =
                new TransferLeadershipRequest(client, from, group, CallId.getAndIncrement(), to, millis);
        RaftClientReply unused = successful(
                from.equals(self) ? get(server.transferLeadershipAsync(request), millis + 500) : send(request));
    }

    private RaftClientReply send(RaftClientRequest request) throws IOException {
        RaftClientRpc connection = others;
        try {
            return connection.sendRequest(request);
        } catch (IOException e) {
            boolean unused = connection.handleException(request.getServerId(), e, true);
            throw e;
        } catch (RuntimeException e) {
            // So Ratis says it of some requests.
            boolean unused = connection.handleException(request.getServerId(), e, true);
            throw new IOException(e.toString(), e);
        }
    }

    private static RaftClientReply get(CompletableFuture<RaftClientReply> reply, long millis) throws IOException {
        try {
            return reply.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + millis + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static RaftClientReply successful(RaftClientReply reply) throws IOException {
        if (!reply.isSuccess()) {
            throw reply.getException() == null ? new IOException("refused without a reason") : reply.getException();
        }
        return reply;
    }

    void close() throws IOException {
        others.close();
    }
}
