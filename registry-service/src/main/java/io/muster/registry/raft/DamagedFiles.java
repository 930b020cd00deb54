package io.muster.registry.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.MD5FileUtil;
import org.apache.ratis.util.SizeInBytes;

/** Finds out why a node cannot start: which files of its logs are damaged. */
final class DamagedFiles {
    private static final SizeInBytes LARGEST_ENTRY = SizeInBytes.valueOf("64MB");

    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");

    private DamagedFiles() {}

    /** Each damaged file below a directory, with what is wrong with it; empty when none is, or nothing can be read. */
    static List<String> below(Path directory) {
        List<String> damaged = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String wrong = wrong(file);
                if (!wrong.isEmpty()) {
                    damaged.add(file + " is damaged: " + wrong);
                }
            }
        } catch (IOException e) {
            damaged.add(directory + " cannot be read: " + e);
        }
        return damaged;
    }

    private static String wrong(Path file) {
        try {
            if (file.getFileName().toString().matches("snapshot\\.\\d+_\\d+")) {
                MD5Hash digest = MD5FileUtil.readStoredMd5ForFile(file.toFile());
                if (digest == null) {
                    return "its checksum is not beside it";
                }
                return digest.equals(MD5FileUtil.computeMd5ForFile(file.toFile()))
                        ? ""
                        : "its content does not fit its checksum";
            }
            LogSegmentPath segment = LogSegmentPath.matchLogSegment(file);
            if (segment != null && Files.size(file) > 0) {
                int entries = LogSegment.readSegmentFile(
                        file.toFile(),
                        segment.getStartEnd(),
                        LARGEST_ENTRY,
                        RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION,
                        null,
                        null);
                Matcher closed = CLOSED.matcher(file.getFileName().toString());
                if (closed.matches()) {
                    long all = Long.parseLong(closed.group(2)) - Long.parseLong(closed.group(1)) + 1;
                    return entries == all ? "" : "it has " + entries + " entries of " + all;
                }
            }
            return "";
        } catch (IOException | RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
