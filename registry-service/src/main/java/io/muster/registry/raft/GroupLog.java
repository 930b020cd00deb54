package io.muster.registry.raft;

import io.muster.registry.engine.EngineUnavailableException;
import io.muster.registry.replication.LeaderLog;
import io.muster.registry.replication.OutcomeUnknownException;
import io.muster.registry.replication.Standing;
import io.muster.registry.replication.StateMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * One group's log, on one of its nodes. Thread-safe.
 *
 * <p>A batch goes to the leader, wherever that is, and again, under the same number, whenever no answer comes for an
 * election time or another node leads: Ratis keeps the answers of a minute with the log, so a batch that was stored once is
 * answered and not stored again. When the time for it is up, it is known to be lost only if it was never sent.
 */
final class GroupLog implements LeaderLog {
    private static final long RETRY_MILLIS = 20;
    private static final long SPREAD_MILLIS = 5;
    private static final int QUIET = 0;
    private static final int SPREADING = 1;
    private static final int SPREADING_AGAIN = 2;

    private final String name;
    private final RaftGroupId group;
    private final Replica replica;
    private final Batcher batcher;
    private final RaftConfig.Timeouts timeouts;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService timer;
    private final Executor answers;
    private volatile @Nullable RaftServers servers;
    private volatile @Nullable Requests requests;
    private volatile long heardNanos;
    private final AtomicInteger spreading = new AtomicInteger();

    /**
     * @param presence is told when this node gets the log, and when it loses it
     * @param timer retries; must not be blocked
     * @param answers where callers are told
     */
    GroupLog(
            String name,
            RaftGroupId group,
            StateMachine machine,
            Replica.Presence presence,
            RaftConfig.Timeouts timeouts,
            LongSupplier nanoClock,
            ScheduledExecutorService timer,
            Executor answers) {
        this.name = name;
        this.group = group;
        this.replica = new Replica(name, machine, presence, this::spread);
        this.timeouts = timeouts;
        this.nanoClock = nanoClock;
        this.timer = timer;
        this.answers = answers;
        this.batcher = new Batcher(name, this::store, answers);
        this.heardNanos = nanoClock.getAsLong();
    }

    String name() {
        return name;
    }

    RaftGroupId group() {
        return group;
    }

    Replica replica() {
        return replica;
    }

    int queued() {
        return batcher.queued();
    }

    void started(RaftServers running) {
        requests = new Requests(running, group);
        servers = running;
    }

    void close() {
        servers = null;
        batcher.close();
    }

    /**
     * Tells the followers what is committed. By itself Ratis tells them with the next entry, or with the next heartbeat, which
     * is half an election time away; and whoever watches a follower would wait for that. A read that no majority has confirmed
     * yet makes the leader send at once.
     */
    private void spread() {
        if (spreading.getAndUpdate(state -> state == QUIET ? SPREADING : SPREADING_AGAIN) == QUIET) {
            sendSpread();
        }
    }

    private void sendSpread() {
        RaftServers running = servers;
        Requests sender = requests;
        if (running == null || sender == null || running.client() == null) {
            spreading.set(QUIET);
            return;
        }
        CompletionStage<Void> unusedReply = sender.send(sender.barrier(running.self()))
                .handle((reply, failure) -> {
                    try {
                        var unused = timer.schedule(this::spreadAgain, SPREAD_MILLIS, TimeUnit.MILLISECONDS);
                    } catch (RejectedExecutionException e) {
                        spreading.set(QUIET);
                    }
                    return null;
                });
    }

    private void spreadAgain() {
        if (spreading.updateAndGet(state -> state == SPREADING_AGAIN ? SPREADING : QUIET) == SPREADING) {
            sendSpread();
        }
    }

    @Override
    public CompletableFuture<byte[]> submit(byte[] entry) {
        return batcher.submit(entry);
    }

    @Override
    public CompletableFuture<byte[]> ask(byte[] question) {
        Exchange exchange = new Exchange(timeouts.electionMax().toNanos() * 2) {
            @Override
            RaftClientRequest to(RaftPeerId leader, Requests sender) {
                return sender.ask(leader, question);
            }
        };
        return exchange.begin().thenApplyAsync(answer -> answer, answers);
    }

    @Override
    public CompletableFuture<Void> barrier() {
        Exchange exchange = new Exchange(timeouts.electionMax().toNanos() * 2) {
            @Override
            RaftClientRequest to(RaftPeerId leader, Requests sender) {
                RaftServers running = servers;
                return sender.barrier(running == null ? leader : running.self());
            }
        };
        return exchange.begin().thenAcceptAsync(answer -> {}, answers);
    }

    private CompletableFuture<byte[]> store(byte[] batch) {
        long callId = Requests.nextCallId();
        Exchange exchange = new Exchange(timeouts.submit().toNanos()) {
            @Override
            RaftClientRequest to(RaftPeerId leader, Requests sender) {
                return sender.write(leader, callId, batch);
            }

            @Override
            RuntimeException givenUp() {
                return sent
                        ? new OutcomeUnknownException("replicated log " + name + " did not confirm an entry within "
                                + timeouts.submit().toMillis() + " ms")
                        : super.givenUp();
            }
        };
        return exchange.begin();
    }

    @Override
    public Standing standing() {
        RaftServers running = servers;
        RaftServer.Division division = division(running);
        long now = nanoClock.getAsLong();
        if (running == null || division == null) {
            return new Standing(Standing.Role.NONE, 0, "", -1, -1, since(now));
        }
        DivisionInfo info = division.getInfo();
        RoleInfoProto roleInfo = info.getRoleInfoProto();
        RaftPeerId leader = info.getLeaderId();
        Standing.Role role = role(roleInfo.getRole());
        if (role == Standing.Role.LEADER) {
            heardNanos = now;
        } else if (leader != null && roleInfo.hasFollowerInfo()) {
            long elapsed = roleInfo.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs();
            heardNanos = now - TimeUnit.MILLISECONDS.toNanos(elapsed);
        }
        return new Standing(
                role,
                info.getCurrentTerm(),
                leader == null ? "" : leader.toString(),
                division.getRaftLog().getLastCommittedIndex(),
                info.getLastAppliedIndex(),
                since(now));
    }

    private Duration since(long now) {
        return Duration.ofNanos(Math.max(0, now - heardNanos));
    }

    private static Standing.Role role(RaftPeerRole role) {
        return switch (role) {
            case LEADER -> Standing.Role.LEADER;
            case CANDIDATE -> Standing.Role.CANDIDATE;
            case FOLLOWER, LISTENER -> Standing.Role.FOLLOWER;
            default -> Standing.Role.NONE;
        };
    }

    /** How this node takes part; null when it does not, or not yet. */
    RaftServer.@Nullable Division division() {
        return division(servers);
    }

    private RaftServer.@Nullable Division division(@Nullable RaftServers running) {
        if (running == null) {
            return null;
        }
        try {
            RaftServer.Division division = running.server().getDivision(group);
            return division.getInfo().isAlive() ? division : null;
        } catch (IOException e) {
            return null;
        }
    }

    private @Nullable RaftPeerId leader(RaftServers running) {
        RaftServer.Division division = division(running);
        RaftPeerId leader = division == null ? null : division.getInfo().getLeaderId();
        if (leader == null || division == null || leader.equals(running.self())) {
            return leader;
        }
        RaftPeer peer = division.getRaftConf().getPeer(leader);
        if (peer == null) {
            return null;
        }
        RaftClientRpc client = running.client();
        if (client != null) {
            client.addRaftPeers(List.of(peer));
        }
        return leader;
    }

    /** One question and its repetitions until an answer comes or the time is up. */
    private abstract class Exchange {
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        private final long endNanos;
        private volatile int round;
        private volatile @Nullable Throwable last;

        /** Whether it may have arrived anywhere. */
        volatile boolean sent;

        Exchange(long timeNanos) {
            this.endNanos = nanoClock.getAsLong() + timeNanos;
        }

        abstract RaftClientRequest to(RaftPeerId leader, Requests sender);

        RuntimeException givenUp() {
            Throwable reason = last;
            return new EngineUnavailableException("replicated log " + name + " has no leader with a majority"
                    + (reason == null ? "" : ": " + reason));
        }

        CompletableFuture<byte[]> begin() {
            next(0);
            return answer;
        }

        private synchronized void next(int after) {
            if (answer.isDone() || after != round) {
                return;
            }
            int mine = after + 1;
            round = mine;
            if (nanoClock.getAsLong() - endNanos >= 0) {
                fail(givenUp());
                return;
            }
            RaftServers running = servers;
            Requests sender = requests;
            RaftPeerId leader = running == null ? null : leader(running);
            if (running == null || sender == null || leader == null) {
                later(RETRY_MILLIS, mine);
                return;
            }
            sent = true;
            CompletionStage<Void> unused = sender.send(to(leader, sender)).handle((reply, failure) -> {
                took(reply, failure, mine);
                return null;
            });
            later(timeouts.electionMax().toMillis(), mine);
            watch(running, leader, mine);
        }

        /** Another leader is asked at once: the former one may be stopped, and answers never. */
        private void watch(RaftServers running, RaftPeerId asked, int mine) {
            schedule(RETRY_MILLIS * 5, () -> {
                if (!answer.isDone() && mine == round) {
                    RaftPeerId now = leader(running);
                    if (now != null && !now.equals(asked)) {
                        next(mine);
                    } else {
                        watch(running, asked, mine);
                    }
                }
            });
        }

        private void took(@Nullable RaftClientReply reply, @Nullable Throwable failure, int mine) {
            if (reply != null && reply.isSuccess()) {
                answer.complete(reply.getMessage().getContent().toByteArray());
                return;
            }
            last = failure == null && reply != null ? reply.getException() : failure;
            later(RETRY_MILLIS, mine);
        }

        private void later(long millis, int mine) {
            schedule(millis, () -> next(mine));
        }

        private void schedule(long millis, Runnable task) {
            try {
                var unused = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                fail(givenUp());
            }
        }

        private void fail(RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }
}
