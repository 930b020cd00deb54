package io.muster.registry.raft;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    private static final int MAX_RENEWALS = 16;
    private static final long IDLE_SECONDS = 10;

    private final RaftServers servers;
    private final RaftGroupId group;
    private final ClientId client = ClientId.randomId();
    private final Set<RaftPeerId> renewing = ConcurrentHashMap.newKeySet();
    // Closing a connection to a node that hangs takes seconds.
    private final ThreadPoolExecutor renewals =
            new ThreadPoolExecutor(0, MAX_RENEWALS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "muster-raft-connections");
                thread.setDaemon(true);
                return thread;
            });

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
        RaftPeerId to = request.getServerId();
        try {
            if (others == null || to.equals(servers.self())) {
                return servers.server().submitClientRequestAsync(request);
            }
            return others.sendRequestAsyncUnordered(request).whenComplete((reply, failure) -> {
                if (failure != null) {
                    renew(others, to, failure);
                }
            });
        } catch (IOException | RuntimeException e) {
            return JavaUtils.completeExceptionally(e);
        }
    }

    /**
     * Makes the connection to a node anew. Ratis has one stream to each, which ends for good with its first error, also with an
     * answer that the node does not lead: whoever sends has to see to the next.
     */
    private void renew(RaftClientRpc others, RaftPeerId to, Throwable failure) {
        Throwable cause = JavaUtils.unwrapCompletionException(failure);
        if (!(cause instanceof IOException) || !renewing.add(to)) {
            return;
        }
        try {
            renewals.execute(() -> {
                try {
                    boolean unused = others.handleException(to, cause, true);
                } finally {
                    renewing.remove(to);
                }
            });
        } catch (RejectedExecutionException e) {
            renewing.remove(to);
        }
    }
}
