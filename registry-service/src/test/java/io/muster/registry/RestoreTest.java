package io.muster.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.api.JsonCodec;
import io.muster.api.LeaseGrant;
import io.muster.api.OperatorSettings;
import io.muster.registry.backup.BackupCommand;
import io.muster.registry.backup.RestoreCommand;
import io.muster.registry.engine.Engine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of real registries, and registries that begin with one. */
@Timeout(300)
class RestoreTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path directory;

    private final List<RunningRegistry> registries = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private InstantSource clock = InstantSource.system();

    @AfterEach
    void stop() {
        registries.forEach(RunningRegistry::close);
    }

    @Test
    void aRestoredRegistryGivesTokensAboveAllThatWereGivenBefore() {
        RunningRegistry first = single("first");
        LeaseGrant kept = acquire(first, "kept", "one");
        maintain(first, "orders");
        Path file = backup(first, "a.backup");
        long last = 0;
        for (int i = 0; i < 50; i++) {
            last = token(acquire(first, "later-" + i, "one"));
        }
        maintain(first, "later");
        stop(first);

        assertThat(restore(file, "second")).as(err()).isZero();
        assertThat(out()).contains("1 settings, 1 leases");
        RunningRegistry second = single("second");
        assertThat(acquire(second, "kept", "two").result()).isEqualTo(LeaseGrant.Result.HELD);
        LeaseGrant next = acquire(second, "later-3", "two");
        assertThat(token(next)).isGreaterThan(last).isGreaterThan(token(kept));
        assertThat(settings(second)).containsExactly("orders");
        stop(second);

        assertThat(restore(file, "third")).as(err()).isZero();
        assertThat(token(acquire(single("third"), "later-3", "three"))).isGreaterThan(token(next));
    }

    @Test
    void aDirectoryThatIsWipedBeginsAboveItsFormerTokens() throws IOException {
        RunningRegistry first = single("wiped");
        long last = token(acquire(first, "a", "one"));
        stop(first);
        try (Stream<Path> files = Files.walk(directory.resolve("wiped"))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        assertThat(token(acquire(single("wiped"), "a", "one"))).isGreaterThan(last);
    }

    @Test
    void whatCannotBeRestoredIsRefusedAndNothingIsWritten() throws IOException {
        RunningRegistry first = single("first");
        acquire(first, "kept", "one");
        Path file = backup(first, "a.backup");
        assertThat(command("backup", "--registry", first.url().toString(), "--out", file.toString()))
                .isEqualTo(1);
        assertThat(err()).contains("exists already");
        byte[] whole = Files.readAllBytes(file);

        assertThat(restore(file, "first")).isEqualTo(1);
        assertThat(err()).contains("--data-dir must be empty").contains("first");

        Path cut = directory.resolve("cut.backup");
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        assertThat(restore(cut, "none")).isEqualTo(1);
        assertThat(err()).contains("cut.backup").contains("damaged or cut off");

        whole[whole.length / 2] ^= 1;
        Files.write(cut, whole);
        assertThat(restore(cut, "none")).isEqualTo(1);

        Files.writeString(cut, "muster: a configuration file");
        assertThat(restore(cut, "none", "--cluster", "muster")).isEqualTo(1);
        assertThat(err()).contains("no backup of a Muster registry");

        assertThat(restore(directory.resolve("absent"), "none")).isEqualTo(1);

        clock = InstantSource.fixed(Instant.now().minus(Duration.ofHours(1)));
        assertThat(restore(file, "none")).isEqualTo(1);
        assertThat(err()).contains("time of day must be after that of the backup");
        clock = InstantSource.system();

        assertThat(restore(file, "none", "--cluster", "muster-r20260101000000-00000000"))
                .isEqualTo(1);
        assertThat(err()).contains("--cluster must name the file's digest");
        assertThat(restore(file, "none", "--force", "yes")).isEqualTo(2);
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void aBackupNeedsAnOperatorOfEveryNamespace() {
        TestTokens tokens = new TestTokens()
                .with("reader", "read", "lease:*")
                .with("operator", "operate")
                .with("tenant", "operate")
                .also("namespaces[0]=blue");
        RunningRegistry registry = RunningRegistry.start(tokens.and());
        registries.add(registry);
        for (String refused : List.of("reader", "tenant")) {
            assertThat(command(
                            "backup",
                            "--registry",
                            registry.url().toString(),
                            "--out",
                            directory.resolve("b").toString(),
                            "--token",
                            TestTokens.token(refused)))
                    .isEqualTo(1);
            assertThat(err()).contains("403");
            assertThat(directory.resolve("b")).doesNotExist();
        }
        assertThat(command(
                        "backup",
                        "--registry",
                        registry.url().toString(),
                        "--out",
                        directory.resolve("b").toString(),
                        "--token",
                        TestTokens.token("operator")))
                .as(err())
                .isZero();
        assertThat(out()).contains("0 settings, 0 leases");
    }

    @Test
    void aClusterBeginsWithABackupThatIsRestoredOnEachOfItsNodes() throws IOException {
        RunningRegistry single = single("single");
        acquire(single, "kept", "one");
        maintain(single, "orders");
        Path file = backup(single, "a.backup");
        long last = token(acquire(single, "later", "one"));
        stop(single);

        assertThat(restore(file, "n0", "--cluster", "muster")).as(err()).isZero();
        Matcher named =
                Pattern.compile("muster\\.server\\.raft\\.cluster=(\\S+)").matcher(out());
        assertThat(named.find()).as(out()).isTrue();
        String cluster = named.group(1);
        assertThat(restore(file, "n1", "--cluster", cluster)).as(err()).isZero();
        List<Integer> ports = ports();
        String wrong = "muster.server.raft.cluster=muster";
        RunningRegistry misnamed = node(1, ports, wrong, "muster.server.raft.bootstrap=true");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(health(misnamed)).contains("was restored as that of"));
        stop(misnamed);
        RunningRegistry empty =
                node(2, ports, "muster.server.raft.cluster=" + cluster, "muster.server.raft.bootstrap=true");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(health(empty)).contains("begins with a backup"));
        stop(empty);

        try (Stream<Path> files = Files.walk(directory.resolve("n2"))) {
            for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
        assertThat(restore(file, "n2", "--cluster", cluster)).as(err()).isZero();
        for (int i = 0; i < 3; i++) {
            node(i, ports, "muster.server.raft.cluster=" + cluster, "muster.server.raft.bootstrap=true");
        }
        RunningRegistry any = registries.get(registries.size() - 1);
        assertThat(acquire(any, "kept", "two").result()).isEqualTo(LeaseGrant.Result.HELD);
        assertThat(token(acquire(any, "later", "two"))).isGreaterThan(last);
        for (RunningRegistry node : registries) {
            await().atMost(LIMIT)
                    .until(() -> !node.context().getBean(Engine.class).view().stale());
            assertThat(settings(node)).containsExactly("orders");
        }
        assertThat(registries.stream()
                        .map(node -> node.context()
                                .getBean(Engine.class)
                                .view()
                                .position()
                                .epoch())
                        .distinct())
                .hasSize(1);
        Path again = backup(any, "b.backup");
        assertThat(restore(again, "other", "--cluster", cluster)).isEqualTo(1);
        assertThat(restore(again, "again")).as(err()).isZero();
    }

    private RunningRegistry single(String name) {
        RunningRegistry registry = RunningRegistry.start(
                "muster.server.lease.enabled=true", "muster.server.data-dir=" + directory.resolve(name));
        registries.add(registry);
        return registry;
    }

    private RunningRegistry node(int number, List<Integer> ports, String... more) {
        List<String> peers = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            peers.add("n" + i + "=127.0.0.1:" + ports.get(i));
        }
        List<String> properties = new ArrayList<>(List.of(
                "muster.server.engine=raft",
                "muster.server.lease.enabled=true",
                "muster.server.raft.id=n" + number,
                "muster.server.raft.peers=" + String.join(",", peers),
                "muster.server.raft.election-timeout=300ms",
                "muster.server.data-dir=" + directory.resolve("n" + number)));
        properties.addAll(List.of(more));
        RunningRegistry registry = RunningRegistry.start(properties.toArray(String[]::new));
        registries.add(registry);
        return registry;
    }

    private void stop(RunningRegistry registry) {
        registries.remove(registry);
        registry.close();
    }

    private Path backup(RunningRegistry registry, String name) {
        Path file = directory.resolve(name);
        // A follower that is behind for longer than it waits refuses.
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                command("backup", "--registry", registry.url().toString(), "--out", file.toString()))
                        .as(this::err)
                        .isZero());
        return file;
    }

    private int restore(Path file, String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "restore",
                "--in",
                file.toString(),
                "--data-dir",
                directory.resolve(name).toString()));
        arguments.addAll(List.of(more));
        return command(arguments.toArray(String[]::new));
    }

    private int command(String... arguments) {
        out.reset();
        err.reset();
        List<String> options = List.of(arguments).subList(1, arguments.length);
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream wrong = new PrintStream(err, true, StandardCharsets.UTF_8);
        return arguments[0].equals(BackupCommand.NAME)
                ? BackupCommand.run(options, said, wrong)
                : RestoreCommand.run(options, clock, said, wrong);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static LeaseGrant acquire(RunningRegistry registry, String name, String holder) {
        String body = "{\"name\":\"%s\",\"holder\":\"%s\",\"requestId\":\"%s\",\"ttl\":\"10m\"}"
                .formatted(name, holder, UUID.randomUUID());
        List<LeaseGrant> grants = new ArrayList<>();
        await().atMost(LIMIT).untilAsserted(() -> {
            HttpResponse<String> answer = registry.call("POST", "/v1/leases/acquire", body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            grants.add(JsonCodec.client()
                    .decode(answer.body().getBytes(StandardCharsets.UTF_8), LeaseGrant.class)
                    .value());
        });
        return grants.get(grants.size() - 1);
    }

    private static long token(LeaseGrant grant) {
        return Objects.requireNonNull(grant.token());
    }

    private static void maintain(RunningRegistry registry, String service) {
        HttpResponse<String> answer =
                registry.call("PUT", "/v1/operator/services/" + service, "{\"maintenance\":true}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private static List<String> settings(RunningRegistry registry) {
        String body = registry.call("GET", "/v1/operator/settings").body();
        return JsonCodec.client()
                .decode(body.getBytes(StandardCharsets.UTF_8), OperatorSettings.class)
                .value()
                .settings()
                .stream()
                .map(OperatorSettings.Entry::service)
                .toList();
    }

    private static String health(RunningRegistry registry) {
        return registry.call("GET", "/actuator/health").body();
    }

    private static List<Integer> ports() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }
}
