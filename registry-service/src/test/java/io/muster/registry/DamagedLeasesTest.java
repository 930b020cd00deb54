package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.JsonCodec;
import io.muster.api.LeaseGrant;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry whose log of leases was damaged on the disk. */
@Timeout(300)
class DamagedLeasesTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int GRANTS = 40;

    @TempDir
    private Path directory;

    @Test
    void tokensGoOnAboveThoseThatALogThatWasCutOffHasForgotten() throws IOException {
        Path copy = directory.resolve("copy");
        long last = 0;
        try (RunningRegistry registry = start(directory.resolve("original"))) {
            for (int i = 0; i < GRANTS; i++) {
                last = acquire(registry, "a" + i);
            }
            copy(directory.resolve("original"), copy);
        }
        Path log = log(copy);
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.truncate(used(log) / 2);
        }
        try (RunningRegistry registry = start(copy)) {
            assertThat(acquire(registry, "b")).isGreaterThan(last);
            assertThat(registry.call("GET", "/v1/leases/a1").body()).contains("\"live\":true");
            assertThat(acquire(registry, "a" + (GRANTS - 1)))
                    .as("the token of a grant that was forgotten")
                    .isGreaterThan(last);
        }
    }

    @Test
    void aDamagedLogGivesNoLeasesAndIsNamed() throws IOException {
        Path copy = directory.resolve("copy");
        try (RunningRegistry registry = start(directory.resolve("original"))) {
            for (int i = 0; i < GRANTS; i++) {
                acquire(registry, "a" + i);
            }
            copy(directory.resolve("original"), copy);
        }
        Path log = log(copy);
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), used(log) / 2);
        }
        try (RunningRegistry registry = start(copy)) {
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(
                                    registry.call("GET", "/actuator/health").body())
                            .contains(log.getFileName().toString())
                            .contains("is damaged"));
            assertThat(ask(registry, "b").statusCode()).isEqualTo(503);
            assertThat(registry.call("GET", "/v1/services").statusCode())
                    .as("the catalogue goes on")
                    .isEqualTo(200);
        }
    }

    private static RunningRegistry start(Path dataDir) {
        return RunningRegistry.start("muster.server.lease.enabled=true", "muster.server.data-dir=" + dataDir);
    }

    private static HttpResponse<String> ask(RunningRegistry registry, String name) {
        String body = "{\"name\":\"%s\",\"holder\":\"one\",\"requestId\":\"%s\",\"ttl\":\"10m\"}"
                .formatted(name, UUID.randomUUID());
        return registry.call("POST", "/v1/leases/acquire", body);
    }

    private static long acquire(RunningRegistry registry, String name) {
        List<String> answers = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            HttpResponse<String> answer = ask(registry, name);
            answers.add(answer.body());
            return answer.statusCode() == 200;
        });
        byte[] grant = answers.get(answers.size() - 1).getBytes(StandardCharsets.UTF_8);
        return Objects.requireNonNull(
                JsonCodec.client().decode(grant, LeaseGrant.class).value().token());
    }

    private static Path log(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Behind the last byte that is not zero. */
    private static long used(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 1 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.getFileName().toString().endsWith(".lock")) {
                    Files.copy(file, target);
                }
            }
        }
    }
}
