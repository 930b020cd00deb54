package io.muster.registry.raft;

import io.muster.registry.replication.LeaderState;
import io.muster.registry.replication.StateMachine;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a state machine to Ratis.
 *
 * <p>A log entry is a batch. The state machine sees the entries of all batches, counted from 1 without gaps: the count is
 * part of the snapshot, so that it is the same on every node.
 *
 * <p>A snapshot is written aside, forced to the disk, and renamed after its checksum is stored: one that a crash cut has
 * another name, and one that is damaged stops the node's start with that reason, for nothing else on this node knows what
 * was in it.
 */
final class Replica extends BaseStateMachine {
    private static final Logger log = LoggerFactory.getLogger(Replica.class);

    private final String name;
    private final StateMachine machine;
    private final Presence presence;
    private final Runnable applied;
    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final Object leadership = new Object();
    private volatile boolean leading;
    private volatile @Nullable Throwable failure;
    private long entries;

    /**
     * @param name the group's, for the log
     * @param machine what the entries are applied to
     * @param presence is told when this node gets the log, and when it loses it
     * @param applied runs after each entry that this node applied as the leader; must not block
     */
    Replica(String name, StateMachine machine, Presence presence, Runnable applied) {
        this.name = name;
        this.machine = machine;
        this.presence = presence;
        this.applied = applied;
    }

    /** What becomes of this node's part in a log. */
    interface Presence {
        /** The log has its place in the directory. */
        void began() throws IOException;

        /** This node was removed; its log is moved aside now. */
        void removed();
    }

    /** What broke the log or the state; empty when nothing did. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void initialize(RaftServer raftServer, RaftGroupId id, RaftStorage raftStorage) throws IOException {
        getLifeCycle().startAndTransition(() -> {
            super.initialize(raftServer, id, raftStorage);
            storage.init(raftStorage);
            presence.began();
            RestoredLogs.adopt(raftStorage.getStorageDir().getRoot().toPath(), name, storage);
            load();
        });
    }

    @Override
    public void pause() {
        if (getLifeCycleState() == LifeCycle.State.RUNNING) {
            getLifeCycle().transition(LifeCycle.State.PAUSING);
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    @Override
    public void reinitialize() throws IOException {
        load();
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            getLifeCycle().transition(LifeCycle.State.STARTING);
            getLifeCycle().transition(LifeCycle.State.RUNNING);
        }
    }

    private void load() throws IOException {
        SingleFileSnapshotInfo latest = storage.loadLatestSnapshot();
        if (latest == null) {
            return;
        }
        Path path = latest.getFile().getPath();
        RestoredLogs.verify(path, latest.getFile().getFileDigest());
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
                DataInputStream in = new DataInputStream(file)) {
            int magic = in.readInt();
            int version = in.readInt();
            if (magic != RestoredLogs.MAGIC || version != RestoredLogs.VERSION) {
                throw new IOException("snapshot " + path + " must be of version " + RestoredLogs.VERSION
                        + " but was of " + version + ", written by a newer registry or by something else");
            }
            long counted = in.readLong();
            machine.restore(in);
            entries = counted;
        }
        setLastAppliedTermIndex(latest.getTermIndex());
        log.info("Replicated log {} took over the snapshot of {}", name, latest.getTermIndex());
    }

    /** What is wrong is said in the answer and not thrown: Ratis would wait for ever for an answer to whoever repeats it. */
    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        TransactionContext.Builder transaction =
                TransactionContext.newBuilder().setStateMachine(this).setClientRequest(request);
        if (!leading) {
            return refused(
                    transaction.build(), new IOException("replicated log " + name + " is not led by this node yet"));
        }
        try {
            List<byte[]> batch = Batch.unpack(request.getMessage().getContent().asReadOnlyByteBuffer());
            List<byte[]> prepared = new ArrayList<>(batch.size());
            for (byte[] entry : batch) {
                prepared.add(machine.prepare(entry));
            }
            return transaction
                    .setLogData(UnsafeByteOperations.unsafeWrap(Batch.pack(prepared)))
                    .build();
        } catch (RuntimeException e) {
            return refused(transaction.build(), e);
        }
    }

    private static TransactionContext refused(TransactionContext transaction, Exception reason) {
        transaction.setException(reason);
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry());
        List<byte[]> batch =
                Batch.unpack(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
        List<byte[]> answers = new ArrayList<>(batch.size());
        for (byte[] one : batch) {
            entries++;
            answers.add(machine.apply(entries, one));
        }
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        if (leading) {
            applied.run();
        }
        ByteString answer = UnsafeByteOperations.unsafeWrap(Batch.pack(answers));
        return CompletableFuture.completedFuture(Message.valueOf(answer));
    }

    /** What the leader knows beside the log; empty for a read that only waits until everything is applied. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        ByteString question = request.getContent();
        if (question.isEmpty() || !(machine instanceof LeaderState state)) {
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        return state.answer(question.toByteArray())
                .thenApply(answer -> Message.valueOf(UnsafeByteOperations.unsafeWrap(answer)));
    }

    @Override
    public long takeSnapshot() throws IOException {
        TermIndex last = getLastAppliedTermIndex();
        if (last.getIndex() < 0) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        File file = storage.getSnapshotFile(last.getTerm(), last.getIndex());
        Path path = file.toPath();
        Path aside = path.resolveSibling(path.getFileName() + ".tmp");
        MD5Hash hash = RestoredLogs.write(aside, entries, machine.snapshot());
        MD5FileUtil.saveMD5File(file, hash);
        Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        RestoredLogs.forceName(path);
        storage.updateLatestSnapshot(
                new SingleFileSnapshotInfo(new FileInfo(path, hash), last.getTerm(), last.getIndex()));
        return last.getIndex();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public void notifyLeaderReady() {
        synchronized (leadership) {
            if (!leading) {
                machine.leading(getLastAppliedTermIndex().getTerm());
                leading = true;
            }
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
        synchronized (leadership) {
            if (leading) {
                leading = false;
                machine.following();
            }
        }
    }

    @Override
    public void notifyGroupRemove() {
        presence.removed();
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        failure = cause;
        log.error(
                "Replicated log {} cannot be written any more: check the disk below muster.server.data-dir, then start"
                        + " this node again",
                name,
                cause);
    }

    @Override
    public void close() {
        notifyNotLeader(List.of());
    }
}
