package io.muster.registry.raft;

import io.muster.registry.replication.StateMachine;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Objects;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.util.MD5FileUtil;

/**
 * What a restore leaves in a node's directory: for each log a snapshot that it begins with, and the cluster that they belong to.
 *
 * <p>A log of a restored cluster begins behind the snapshot, as if entry 0 had been everything that was restored. So all of its first
 * members must have the same snapshots, and whoever is added later is sent one. The cluster's name says that it is a restored
 * one, and of which file: a member without the snapshots, or with others, would apply the same entries to another state.
 */
public final class RestoredLogs {
    static final int MAGIC = 0x4d535452;
    static final int VERSION = 1;

    private static final String CLUSTER = "restored";
    private static final long TERM = 1;
    private static final long INDEX = 0;

    private RestoredLogs() {}

    /**
     * Writes them to an empty directory; the cluster's name is the last, and without it none of them is used.
     *
     * @param cluster the name that the cluster must have
     * @param states what each log begins with, by the log's name
     */
    public static void write(Path directory, String cluster, Map<String, StateMachine.Writing> states)
            throws IOException {
        Files.createDirectories(directory);
        for (Map.Entry<String, StateMachine.Writing> state : states.entrySet()) {
            Path file = file(directory, state.getKey());
            MD5FileUtil.saveMD5File(file.toFile(), write(file, 0, state.getValue()));
        }
        forceName(directory.resolve(CLUSTER));
        Files.writeString(
                directory.resolve(CLUSTER),
                cluster,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        forceName(directory.resolve(CLUSTER));
    }

    /**
     * Writes a snapshot, and forces it to the disk.
     *
     * @param entries how many entries it stands for
     * @return the file's digest
     */
    static MD5Hash write(Path file, long entries, StateMachine.Writing state) throws IOException {
        MessageDigest digest = MD5FileUtil.newMD5();
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream digested =
                        new DigestOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)), digest);
                DataOutputStream out = new DataOutputStream(digested)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(entries);
            state.to(out);
            out.flush();
            channel.force(true);
        }
        return MD5Hash.newInstance(digest.digest());
    }

    /** A file's new name is on the disk when its directory is. */
    static void forceName(Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Checks that a node may begin.
     *
     * @throws IOException when what was restored belongs to another cluster
     */
    static void check(RaftConfig config) throws IOException {
        Path file = config.directory().resolve(CLUSTER);
        if (Files.exists(file)) {
            String restored = Files.readString(file);
            if (!restored.equals(config.cluster())) {
                throw new IOException("directory " + config.directory() + " was restored as that of cluster " + restored
                        + ": muster.server.raft.cluster must be " + restored + " but was " + config.cluster());
            }
        }
    }

    /**
     * Checks that a node may form its cluster's log.
     *
     * @throws IOException when the cluster begins with a backup that was not restored here
     */
    static void checkForming(RaftConfig config, String log) throws IOException {
        if (RestoredName.is(config.cluster()) && !Files.exists(file(config.directory(), log))) {
            throw new IOException("cluster " + config.cluster() + " begins with a backup, and none was restored to "
                    + config.directory() + ": restore the same file there, or start this node without"
                    + " muster.server.raft.bootstrap and add it");
        }
    }

    /** Puts what was restored where Ratis looks for snapshots, once; {@code root} is the log's own directory. */
    static void adopt(Path root, String log, SimpleStateMachineStorage storage) throws IOException {
        Path directory = Objects.requireNonNull(root.toAbsolutePath().getParent());
        Path restored = file(directory, log);
        if (!Files.exists(directory.resolve(CLUSTER)) || !Files.exists(restored)) {
            return;
        }
        MD5Hash digest = MD5FileUtil.readStoredMd5ForFile(restored.toFile());
        if (digest == null) {
            throw new IOException("file " + restored + " must have its checksum beside it but has none");
        }
        verify(restored, digest);
        File snapshot = storage.getSnapshotFile(TERM, INDEX);
        MD5FileUtil.saveMD5File(snapshot, digest);
        Files.move(restored, snapshot.toPath(), StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(MD5FileUtil.getDigestFileForFile(restored.toFile()).toPath());
        forceName(snapshot.toPath());
    }

    /** What Ratis calls so compares the stored checksum with itself. */
    static void verify(Path file, MD5Hash digest) throws IOException {
        MD5Hash computed = MD5FileUtil.computeMd5ForFile(file.toFile());
        if (!computed.equals(digest)) {
            throw new IOException("file " + file + " must have the checksum " + digest + " but has " + computed);
        }
    }

    private static Path file(Path directory, String log) {
        return directory.resolve(CLUSTER + "-" + log);
    }
}
