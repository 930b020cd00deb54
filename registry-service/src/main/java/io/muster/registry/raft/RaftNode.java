package io.muster.registry.raft;

import io.muster.registry.replication.LeaderLog;
import io.muster.registry.replication.Replication;
import io.muster.registry.replication.Standing;
import io.muster.registry.replication.StateMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.apache.ratis.client.ClientFactory;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
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
    private static final String MARKER = "muster-node";

    private final RaftConfig config;
    private final Map<String, GroupLog> logs = new LinkedHashMap<>();
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService answers;
    private final Thread starter;
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
                        name, groupId(config.cluster(), name), machine, config.timeouts(), nanoClock, timer, answers)));
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
        }
        return "";
    }

    private void run() {
        try {
            open();
        } catch (IOException | RuntimeException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            failure = "cannot start: " + cause;
            log.error(
                    "This node takes no part in cluster {}: what is in {} cannot be used. The other nodes go on. If the disk is"
                            + " sound, remove this node from the cluster, empty the directory, and add it again",
                    config.cluster(),
                    config.directory(),
                    e);
        }
    }

    private synchronized void open() throws IOException {
        if (closed) {
            return;
        }
        List<String> known = known();
        RaftProperties properties = RaftSettings.of(config);
        Parameters parameters = new Parameters();
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
            mark();
            RaftClientRpc client =
                    ClientFactory.cast(new GrpcFactory(parameters)).newRaftClientRpc(ClientId.randomId(), properties);
            RaftServers started = new RaftServers(self, server, client);
            servers = started;
            logs.values().forEach(group -> group.started(started));
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
                return group.replica();
            }
        }
        throw new IllegalStateException("group must be one of " + logs.keySet() + " but was " + id);
    }

    private void addGroups(RaftServer server, List<String> known) throws IOException {
        for (GroupLog group : logs.values()) {
            boolean kept = Files.isDirectory(
                    config.directory().resolve(group.group().getUuid().toString()));
            if (kept) {
                server.getDivision(group.group());
                continue;
            }
            if (known.contains(group(group))) {
                throw new IOException("directory " + config.directory() + " has lost the log " + group.name());
            }
            // A node that has data was not emptied: a log that it never had is new in the whole cluster.
            List<RaftPeer> peers = config.mayForm() || !known.isEmpty()
                    ? config.peers().stream().map(RaftNode::peer).toList()
                    : List.of();
            if (peers.isEmpty()) {
                log.warn(
                        "Raft node {} has no data for {}, and waits: it forms the cluster with"
                                + " muster.server.raft.bootstrap=true, for the very first start only",
                        config.own(),
                        group.name());
            }
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
    }

    private static String group(GroupLog group) {
        return "group=" + group.name();
    }

    static RaftPeer peer(RaftPeerAddress address) {
        return RaftPeer.newBuilder()
                .setId(address.id())
                .setAddress(address.address())
                .build();
    }

    private Path marker() {
        return config.directory().resolve(MARKER);
    }

    private String identity() {
        return "cluster=" + config.cluster() + " id=" + config.self();
    }

    /** Says whose directory it is, and which logs are in it. */
    private void mark() throws IOException {
        List<String> lines = new ArrayList<>(List.of(identity()));
        logs.values().forEach(group -> lines.add(group(group)));
        Files.write(marker(), lines);
    }

    /**
     * What the directory's marker says; empty when there is none. One of another node is refused, for two would vote under
     * one name.
     */
    private List<String> known() throws IOException {
        Files.createDirectories(config.directory());
        if (!Files.exists(marker())) {
            return List.of();
        }
        List<String> lines = Files.readAllLines(marker());
        String found = lines.isEmpty() ? "" : lines.get(0);
        if (!found.equals(identity())) {
            throw new IOException(
                    "directory " + config.directory() + " must be that of " + identity() + " but was that of " + found);
        }
        return lines;
    }

    /** Takes part no more. What is under way fails, and what others hold stays. */
    @Override
    public void close() {
        closed = true;
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
}
