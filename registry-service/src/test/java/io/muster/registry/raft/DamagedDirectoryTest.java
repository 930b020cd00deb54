package io.muster.registry.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.registry.replication.LeaderLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node starts with a prefix of what was stored, or refuses and names the file. Damaged are copies of a directory, as a crash
 * leaves it and as an orderly end does.
 */
class DamagedDirectoryTest {
    private static final int ENTRIES = 300;

    @TempDir
    private static Path images;

    @TempDir
    private Path directory;

    @BeforeAll
    static void createImages() throws IOException {
        Path original = images.resolve("original");
        try (Alone alone = new Alone(original)) {
            alone.awaitLeader();
            for (int i = 1; i <= ENTRIES; i++) {
                assertThat(alone.next()).isEqualTo(i);
            }
            copy(original, images.resolve("crashed"));
        }
        copy(original, images.resolve("ended"));
    }

    @Test
    void aLogThatIsCutOffStartsWithWhatIsWhole() throws IOException {
        copy(images.resolve("crashed"), directory);
        Path log = file("log_inprogress_\\d+");
        // The last entries stand before the zeros that the file was filled with.
        truncate(log, lastByte(log) - 20);
        try (Alone alone = new Alone(directory)) {
            alone.awaitLeader();
            long next = alone.next();
            assertThat(next).isBetween(2L, (long) ENTRIES);
            assertThat(alone.next()).isEqualTo(next + 1);
        }
        try (Alone alone = new Alone(directory)) {
            alone.awaitLeader();
            assertThat(alone.next()).isGreaterThan(2);
        }
    }

    @Test
    void aDamagedLogIsNamed() throws IOException {
        copy(images.resolve("crashed"), directory);
        Path log = file("log_inprogress_\\d+");
        flip(log, lastByte(log) / 2);
        assertThat(refusal()).contains(log.toString()).contains("is damaged");
    }

    @Test
    void aDamagedSnapshotIsNamed() throws IOException {
        copy(images.resolve("ended"), directory);
        Path snapshot = file("snapshot\\.\\d+_\\d+");
        flip(snapshot, Files.size(snapshot) - 3);
        assertThat(refusal()).contains(snapshot.toString()).contains("does not fit its checksum");
    }

    @Test
    void aSnapshotThatIsCutOffIsNamed() throws IOException {
        copy(images.resolve("ended"), directory);
        Path snapshot = file("snapshot\\.\\d+_\\d+");
        truncate(snapshot, Files.size(snapshot) / 2);
        assertThat(refusal()).contains(snapshot.toString());
    }

    @RepeatedTest(30)
    void anyDamageToLogOrSnapshotLeavesAPrefixOrARefusal(RepetitionInfo repetition) throws IOException {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        copy(images.resolve(random.nextBoolean() ? "crashed" : "ended"), directory);
        List<Path> files = files("log_.*|snapshot\\.\\d+_\\d+");
        Path file = files.get(random.nextInt(files.size()));
        long size = lastByte(file);
        boolean cut = random.nextBoolean();
        if (cut) {
            truncate(file, random.nextLong(size));
        } else {
            flip(file, random.nextLong(size));
        }
        String told = "seed " + seed + ": " + file.getFileName() + (cut ? " cut off" : " changed");
        try (Alone alone = new Alone(directory)) {
            alone.awaitLeaderOrFailure();
            String failure = alone.node.failure();
            if (failure.isEmpty()) {
                long next = alone.next();
                assertThat(next).as(told).isBetween(1L, ENTRIES + 1L);
                assertThat(cut || next == ENTRIES + 1).as(told).isTrue();
            } else {
                assertThat(failure).as(told).contains(directory.toString());
            }
        }
    }

    private String refusal() {
        try (Alone alone = new Alone(directory)) {
            alone.awaitLeaderOrFailure();
            assertThat(alone.log().standing().leads()).isFalse();
            return alone.node.failure();
        }
    }

    private Path file(String name) throws IOException {
        List<Path> found = files(name);
        return found.get(found.size() - 1);
    }

    private List<Path> files(String name) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .sorted()
                    .toList();
        }
    }

    /** Behind the last byte that is not zero. */
    private static long lastByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 1 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.flip();
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get() ^ 0x55)}), at);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!file.getFileName().toString().equals("in_use.lock")) {
                    Files.copy(file, copy);
                }
            }
        }
    }

    /** A node without others, with a counter. */
    private static final class Alone implements AutoCloseable {
        private final RaftNode node;

        Alone(Path directory) {
            node = new RaftNode(
                    RaftConfig.alone("test", directory),
                    Map.of(RaftCluster.GROUP, new CounterMachine()),
                    System::nanoTime);
            node.start();
        }

        LeaderLog log() {
            return node.log(RaftCluster.GROUP);
        }

        /** The number of the next entry; the count of the word is the same. */
        long next() {
            String answer = CounterMachine.text(
                    log().submit(CounterMachine.bytes("word")).join());
            long index = Long.parseLong(answer.substring(answer.indexOf('@') + 1));
            assertThat(answer).isEqualTo(index + "@" + index);
            return index;
        }

        void awaitLeader() {
            await().atMost(RaftCluster.LIMIT).until(() -> log().standing().leads());
        }

        void awaitLeaderOrFailure() {
            await().atMost(RaftCluster.LIMIT)
                    .until(() -> log().standing().leads() || !node.failure().isEmpty());
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
