package io.muster.gossip;

import io.muster.gossip.protocol.MemberId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.CRC32;

/*
 * Remembers the epoch of a node's last life, so that the next one supersedes it at once. A help, not a promise: a node without
 * the file, or with one that makes no sense, learns its epoch while joining. So nothing here fails a start, and nothing is forced
 * to the disk; the file is replaced as a whole, so that a crash leaves the old one or the new one.
 *
 * Four lines: format, name of the node, epoch, CRC-32 of the three.
 */
final class EpochFile {
    private static final System.Logger LOG = System.getLogger(EpochFile.class.getName());
    private static final String FORMAT = "muster-gossip-epoch 1";
    private static final int MOST_BYTES = 256;

    private final Path path;
    private final String name;
    private long stored = -1;

    EpochFile(Path path, String name) {
        this.path = path;
        this.name = name;
    }

    /** An epoch above that of the last life, or 0 if nothing is known of one. */
    long next() {
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new IOException("file must be at most " + MOST_BYTES + " bytes but was " + Files.size(path));
            }
            long last = read(Files.readAllLines(path, StandardCharsets.UTF_8));
            return last < MemberId.MAX_EPOCH ? last + 1 : 0;
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "Epoch file " + path + " is passed over, the node learns its epoch while joining: " + e);
            return 0;
        }
    }

    private long read(List<String> lines) throws IOException {
        if (lines.size() != 4 || !lines.get(0).equals(FORMAT)) {
            throw new IOException("file must have four lines that begin with " + FORMAT);
        }
        String content = String.join("\n", lines.subList(0, 3));
        if (!lines.get(3).equals(checksum(content))) {
            throw new IOException("checksum must be " + checksum(content) + " but was " + lines.get(3));
        }
        if (!lines.get(1).equals(name)) {
            throw new IOException("name must be " + name + " but was " + lines.get(1));
        }
        return Long.parseLong(lines.get(2));
    }

    /** Stores the epoch of this life, unless it is stored. A failure is logged, once per epoch. */
    void store(long epoch) {
        if (epoch == stored) {
            return;
        }
        stored = epoch;
        String content = FORMAT + "\n" + name + "\n" + epoch;
        Path written = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.writeString(written, content + "\n" + checksum(content) + "\n");
            Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "Epoch " + epoch + " must be written to " + path + " but was not, a restart learns it while"
                            + " joining: " + e);
        }
    }

    private static String checksum(String content) {
        CRC32 crc = new CRC32();
        crc.update(content.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
