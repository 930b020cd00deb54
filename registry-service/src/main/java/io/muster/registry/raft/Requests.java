package io.muster.registry.raft;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.JavaUtils;

/** What a node sends to a leader, itself or another one. */
final class Requests {
    private final RaftServers servers;
    private final RaftGroupId group;
    private final ClientId client = ClientId.randomId();

    Requests(RaftServers servers, RaftGroupId group) {
        this.servers = servers;
        this.group = group;
    }

    /** Names a request: whoever repeats it under the same number is answered as the first time. */
    static long nextCallId() {
        return CallId.getAndIncrement();
    }

    RaftClientRequest write(RaftPeerId leader, long callId, byte[] message) {
        return request(leader, callId, RaftClientRequest.writeRequestType(), message);
    }

    /** Answered by the leader's memory, without asking a majority. */
    RaftClientRequest ask(RaftPeerId leader, byte[] message) {
        return request(leader, nextCallId(), RaftClientRequest.readRequestType(true), message);
    }

    /** Answered once this node has applied what was committed. */
    RaftClientRequest barrier(RaftPeerId self) {
        return request(self, nextCallId(), RaftClientRequest.readRequestType(), new byte[0]);
    }

    private RaftClientRequest request(RaftPeerId to, long callId, RaftClientRequest.Type type, byte[] message) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(to)
                .setGroupId(group)
                .setCallId(callId)
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(message)))
                .setType(type)
                .build();
    }

    CompletableFuture<RaftClientReply> send(RaftClientRequest request) {
        RaftClientRpc others = servers.client();
        try {
            return others == null || request.getServerId().equals(servers.self())
                    ? servers.server().submitClientRequestAsync(request)
                    : others.sendRequestAsyncUnordered(request);
        } catch (IOException | RuntimeException e) {
            return JavaUtils.completeExceptionally(e);
        }
    }
}
