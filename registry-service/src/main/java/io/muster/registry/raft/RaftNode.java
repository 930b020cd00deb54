package io.muster.registry.raft;

import io.muster.registry.replication.LeaderLog;
import io.muster.registry.replication.Membership;
import io.muster.registry.replication.Replication;
import io.muster.registry.replication.Standing;
import io.muster.registry.replication.StateMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.apache.ratis.client.ClientFactory;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's part in a cluster: a server, and a log for each group. Thread-safe.
 *
 * <p>A node without data forms the cluster with its peers only when it is told to, or when it is the only one; otherwise it
 * waits to be added. A voter that came back empty under its old name could elect a leader that lacks what it had confirmed.
 */
public final class RaftNode implements Replication, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RaftNode.class);

    private final RaftConfig config;
    private final Map<String, GroupLog> logs = new LinkedHashMap<>();
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService answers;
    private final Thread starter;
    private final ClusterMembers members;
    private final Set<RaftGroupId> made = ConcurrentHashMap.newKeySet();
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();
    private volatile @Nullable NodeMarker marker;
    private volatile @Nullable RaftServers servers;
    private volatile @Nullable String failure;
    private volatile boolean closed;

    /**
     * @param config how it takes part
     * @param machines what each group's entries are applied to, by the group's name
     * @param nanoClock monotonic time in nanoseconds
     */
    public RaftNode(RaftConfig config, Map<String, StateMachine> machines, LongSupplier nanoClock) {
        this.config = config;
        this.timer = new ScheduledThreadPoolExecutor(1, daemon("muster-raft-timer"));
        timer.setRemoveOnCancelPolicy(true);
        this.answers = Executors.newFixedThreadPool(2, daemon("muster-raft-answers"));
        machines.forEach((name, machine) -> logs.put(
                name,
                new GroupLog(
                        name,
                        groupId(config.cluster(), name),
                        machine,
                        new Part(name),
                        config.timeouts(),
                        nanoClock,
                        timer,
                        answers)));
        this.members = new ClusterMembers(config, List.copyOf(logs.values()), nanoClock);
        this.starter = daemon("muster-raft-start").newThread(this::run);
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static RaftGroupId groupId(String cluster, String name) {
        return RaftGroupId.valueOf(
                UUID.nameUUIDFromBytes(("muster/" + cluster + "/" + name).getBytes(StandardCharsets.UTF_8)));
    }

    /** Begins to take part, on a thread of its own: reading a log takes a while, and nobody need wait for it. */
    public void start() {
        starter.start();
    }

    /** The log of a group. */
    public LeaderLog log(String name) {
        return group(name);
    }

    GroupLog group(String name) {
        return Objects.requireNonNull(
                logs.get(name), () -> "group must be one of " + logs.keySet() + " but was " + name);
    }

    /** Who belongs to the cluster. */
    public Membership members() {
        return members;
    }

    @Override
    public Map<String, Standing> standings() {
        Map<String, Standing> standings = new LinkedHashMap<>();
        logs.forEach((name, group) -> standings.put(name, group.standing()));
        return standings;
    }

    @Override
    public int waiting() {
        return logs.values().stream().mapToInt(GroupLog::queued).sum();
    }

    @Override
    public String failure() {
        String broken = failure;
        if (broken != null) {
            return broken;
        }
        for (GroupLog group : logs.values()) {
            Throwable wrong = group.replica().failure();
            if (wrong != null) {
                return "replicated log " + group.name() + " cannot be written: " + wrong;
            }
            if (servers != null && !closed && group.division() == null) {
                return "takes no part in the replicated log " + group.name() + ": " + absence(group.name());
            }
        }
        return "";
    }

    private String absence(String group) {
        NodeMarker known = marker;
        NodeMarker.State state = known == null ? null : known.of(group);
        if (state == NodeMarker.State.GROUP) {
            return "it is no member any more, or the log was stopped; this node's log says why";
        }
        return state == NodeMarker.State.LEFT
                ? "it was removed from the cluster; start it again with muster.server.raft.join=true, then add it"
                : "it has no data and waits until a member of the cluster adds it";
    }

    private void run() {
        try {
            open();
        } catch (IOException | RuntimeException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            List<String> damaged = DamagedFiles.below(config.directory());
            failure = "cannot start from " + config.directory() + ": "
                    + (damaged.isEmpty() ? cause : String.join("; ", damaged));
            log.error(
                    "This node takes no part in cluster {}: what is in {} cannot be used{}. The other nodes go on. If the disk is"
                            + " sound, remove this node from the cluster, empty the directory, and add it again",
                    config.cluster(),
                    config.directory(),
                    damaged.isEmpty() ? "" : ", for " + String.join("; ", damaged),
                    e);
        }
    }

    private synchronized void open() throws IOException {
        if (closed) {
            return;
        }
        RestoredLogs.check(config);
        NodeMarker known = NodeMarker.of(config);
        marker = known;
        RaftProperties properties = RaftSettings.of(config);
        Parameters parameters = new Parameters();
        PeerKeys keys = config.keys();
        if (keys != null) {
            GrpcConfigKeys.TLS.setConf(parameters, new GrpcTlsConfig(keys.keys(), keys.trust(), true));
        }
        RaftPeerId self = RaftPeerId.valueOf(config.self());
        RaftServer server = RaftServer.newBuilder()
                .setServerId(self)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setStateMachineRegistry(this::machine)
                .setProperties(properties)
                .setParameters(parameters)
                .build();
        boolean running = false;
        try {
            server.start();
            addGroups(server, known);
            ClientFactory clients = ClientFactory.cast(new GrpcFactory(parameters));
            RaftClientRpc client = clients.newRaftClientRpc(ClientId.randomId(), properties);
            RaftServers started = new RaftServers(self, server, client);
            servers = started;
            logs.values().forEach(group -> group.started(started));
            members.started(
                    new AdminRequests(self, server, () -> clients.newRaftClientRpc(ClientId.randomId(), properties)));
            running = true;
            log.info("Raft node {} takes part in cluster {} with {}", config.own(), config.cluster(), config.peers());
        } finally {
            if (!running) {
                server.close();
            }
        }
    }

    private org.apache.ratis.statemachine.StateMachine machine(RaftGroupId id) {
        for (GroupLog group : logs.values()) {
            if (group.group().equals(id)) {
                if (!made.add(id)) {
                    // What it was is still in memory.
                    throw new IllegalStateException("node " + config.self() + " was removed from the log "
                            + group.name() + ": start it again before it is added");
                }
                return group.replica();
            }
        }
        throw new IllegalStateException(
                "group must be one of cluster " + config.cluster() + " " + logs.keySet() + " but was " + id);
    }

    private void addGroups(RaftServer server, NodeMarker known) throws IOException {
        // A node that has data was not emptied: a log that it never had to do with is new in the whole cluster.
        boolean held = known.holdsAny();
        List<RaftPeer> peers = held
                ? members(server, known)
                : config.peers().stream().map(RaftNode::peer).toList();
        for (GroupLog group : logs.values()) {
            NodeMarker.State state = known.of(group.name());
            if (kept(group)) {
                server.getDivision(group.group());
            } else if (state == NodeMarker.State.GROUP) {
                throw new IOException("directory " + config.directory() + " has lost the log " + group.name());
            } else if (state == null && !peers.isEmpty() && (config.mayForm() || held)) {
                form(server, group, peers);
            } else {
                await(group, known);
            }
        }
    }

    /** Who the members are by a log that this node has, and not by its settings, which may be older. */
    private List<RaftPeer> members(RaftServer server, NodeMarker known) throws IOException {
        for (GroupLog group : logs.values()) {
            if (known.of(group.name()) == NodeMarker.State.GROUP && kept(group)) {
                List<RaftPeer> found = List.copyOf(
                        server.getDivision(group.group()).getRaftConf().getCurrentPeers());
                if (found.stream().anyMatch(peer -> peer.getId().equals(server.getId()))) {
                    return found;
                }
            }
        }
        return config.joins()
                ? List.of()
                : config.peers().stream().map(RaftNode::peer).toList();
    }

    private boolean kept(GroupLog group) {
        return Files.isDirectory(
                config.directory().resolve(group.group().getUuid().toString()));
    }

    private void form(RaftServer server, GroupLog group, List<RaftPeer> peers) throws IOException {
        RestoredLogs.checkForming(config, group.name());
        RaftClientReply reply = server.groupManagement(GroupManagementRequest.newAdd(
                ClientId.randomId(),
                server.getId(),
                CallId.getAndIncrement(),
                RaftGroup.valueOf(group.group(), peers),
                true));
        if (!reply.isSuccess()) {
            throw new IOException("cannot begin the log " + group.name(), reply.getException());
        }
    }

    /** Its peers reach nobody under this log's name: whatever they believe, it cannot vote before it is added. */
    private void await(GroupLog group, NodeMarker known) throws IOException {
        awaited.add(group.name());
        if (config.joins()) {
            known.set(group.name(), NodeMarker.State.JOINS);
        }
        log.warn(
                "Raft node {} has no data for {}, and waits until a member of the cluster adds it: see"
                        + " /v1/operator/cluster/members. If the others name it as a member still, remove it first. A new"
                        + " cluster is formed with muster.server.raft.bootstrap=true, for the very first start only",
                config.own(),
                group.name());
    }

    static RaftPeer peer(RaftPeerAddress address) {
        return RaftPeer.newBuilder()
                .setId(address.id())
                .setAddress(address.address())
                .build();
    }

    /**
     * Hands the logs that this node leads to nodes that have everything, so that nobody waits for an election when it closes.
     * Blocks for {@code limit} at most.
     */
    public void handOver(Duration limit) {
        members.handOver(limit);
    }

    /** Takes part no more. What is under way fails, and what others hold stays. */
    @Override
    public void close() {
        closed = true;
        members.close();
        logs.values().forEach(GroupLog::close);
        synchronized (this) {
            RaftServers running = servers;
            servers = null;
            if (running != null) {
                try {
                    RaftClientRpc client = running.client();
                    if (client != null) {
                        client.close();
                    }
                    running.server().close();
                } catch (IOException e) {
                    log.warn("Raft node {} did not close well", config.own(), e);
                }
            }
        }
        timer.shutdownNow();
        answers.shutdown();
    }

    /** Writes down what becomes of this node's part in a log. */
    private final class Part implements Replica.Presence {
        private final String group;

        Part(String group) {
            this.group = group;
        }

        @Override
        public void began() throws IOException {
            NodeMarker known = marker;
            if (known == null) {
                return;
            }
            if (awaited.contains(group)) {
                // It was added: what it waits for still is not new in the cluster, also if it is stopped now.
                for (String other : awaited) {
                    if (known.of(other) == null) {
                        known.set(other, NodeMarker.State.JOINS);
                    }
                }
            }
            known.set(group, NodeMarker.State.GROUP);
        }

        @Override
        public void removed() {
            NodeMarker known = marker;
            try {
                if (known != null) {
                    known.set(group, NodeMarker.State.LEFT);
                }
                // A log of an earlier time stands where this one is moved to.
                FileUtils.deleteFully(config.directory()
                        .resolve(RaftSettings.REMOVED)
                        .resolve(group(group).group().getUuid().toString()));
                log.warn(
                        "Raft node {} was removed from the log {}: what it had is below {} in its directory",
                        config.own(),
                        group,
                        RaftSettings.REMOVED);
            } catch (IOException e) {
                log.warn(
                        "Raft node {} was removed from the log {}, and cannot write that down", config.own(), group, e);
            }
        }
    }
}
