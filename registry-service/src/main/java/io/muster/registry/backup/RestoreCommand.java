package io.muster.registry.backup;

import io.muster.api.Position;
import io.muster.registry.engine.raft.RestoredCatalogue;
import io.muster.registry.engine.standalone.SettingsStore;
import io.muster.registry.lease.LeaseBackup;
import io.muster.registry.lease.TokenEpoch;
import io.muster.registry.raft.RestoredLogs;
import io.muster.registry.raft.RestoredName;
import io.muster.registry.replication.StateMachine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The command {@code restore}: makes an empty data directory one that begins with a backup.
 *
 * <p>Tokens begin at the moment of the restore, above all that were given before, also after the backup was taken; so does the epoch of
 * the catalogue's positions. The time of day must be right for that: one that is before the backup's is refused.
 */
public final class RestoreCommand {
    /** The command's name. */
    public static final String NAME = "restore";

    private static final String USAGE = "usage: restore --in <file> --data-dir <directory> [--cluster <name>]%n"
            + "  without --cluster: for a single registry; with it: for a node of a cluster, once on each of its first nodes%n";
    private static final long MORE_THAN_WERE_GIVEN = 1L << 40;
    private static final Duration LATEST_NODE = Duration.ofDays(1);
    private static final Duration CLOCKS_APART = Duration.ofMinutes(5);

    private RestoreCommand() {}

    /**
     * Runs it.
     *
     * @param arguments what follows the command's name
     * @param clock the time of day
     * @return the exit code: 0; 1 when nothing was restored, and nothing was written; 2 when the arguments cannot be meant
     */
    public static int run(List<String> arguments, InstantSource clock, PrintStream out, PrintStream err) {
        Path file;
        Path directory;
        String cluster;
        try {
            CommandArguments options = CommandArguments.parse(arguments, Set.of("--in", "--data-dir", "--cluster"));
            file = Path.of(options.required("--in"));
            directory = Path.of(options.required("--data-dir")).toAbsolutePath();
            String named = options.optional("--cluster");
            cluster = named == null ? "" : options.required("--cluster");
        } catch (IllegalArgumentException e) {
            err.printf("%s%n" + USAGE, e.getMessage());
            return 2;
        }
        try {
            requireEmpty(directory);
            if (Files.size(file) > Backup.MAX_BYTES) {
                throw new IOException(file + " cannot be restored: it has more than " + Backup.MAX_BYTES + " bytes");
            }
            byte[] content = Files.readAllBytes(file);
            Backup backup;
            LeaseBackup leases;
            try {
                backup = Backup.decode(content);
                leases = backup.leases();
            } catch (IOException e) {
                throw new IOException(file + " cannot be restored: " + e.getMessage(), e);
            }
            restore(new Task(backup, leases, Backup.digits(content), directory, clock.instant()), cluster, out);
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            err.printf("Nothing was restored: %s%n", e.getMessage() == null ? e : e.getMessage());
            return 1;
        }
    }

    private record Task(Backup backup, LeaseBackup leases, String digits, Path directory, Instant now) {}

    private static void restore(Task task, String cluster, PrintStream out) throws IOException {
        if (cluster.isEmpty()) {
            StateMachine.Writing leases = raised(task, task.now());
            writing(task.directory(), () -> {
                SettingsStore.restore(task.directory(), task.backup().settings());
                RestoredLogs.write(task.directory().resolve("leases"), Backups.STANDALONE, Map.of("leases", leases));
            });
            tell(task, out);
            return;
        }
        RestoredName name = name(task, cluster);
        Map<String, StateMachine.Writing> states = new LinkedHashMap<>();
        states.put("catalogue", RestoredCatalogue.of(epoch(name), task.backup().settings()));
        states.put("leases", raised(task, name.restored()));
        writing(task.directory(), () -> RestoredLogs.write(task.directory().resolve("raft"), name.toString(), states));
        tell(task, out);
        out.printf("The cluster has a new name, on all its nodes:%n%n  muster.server.raft.cluster=%s%n%n", name);
        if (!cluster.equals(name.toString())) {
            out.printf(
                    "Restore the same file on each of the other first nodes, with this name:%n%n"
                            + "  restore --in <file> --data-dir <directory> --cluster %s%n%n",
                    name);
        }
        out.printf("Then start them all, this once with muster.server.raft.bootstrap=true.%n");
    }

    private static void tell(Task task, PrintStream out) {
        Backup backup = task.backup();
        out.printf(
                "%s: begins with the backup of %s, taken at %s: %d settings, %d leases%n",
                task.directory(),
                backup.cluster(),
                backup.taken(),
                backup.settings().size(),
                task.leases().size());
    }

    /** Of a restore that begins here, or of the one that began on another node. */
    private static RestoredName name(Task task, String cluster) {
        if (!RestoredName.is(cluster)) {
            return RestoredName.of(cluster, task.now(), task.digits());
        }
        RestoredName name = RestoredName.parse(cluster);
        if (!name.digest().equals(task.digits())) {
            throw new IllegalArgumentException(
                    "--cluster must name the file's digest, " + task.digits() + ", but was " + cluster);
        }
        if (name.restored().isBefore(task.now().minus(LATEST_NODE))
                || name.restored().isAfter(task.now().plus(CLOCKS_APART))) {
            throw new IllegalArgumentException("--cluster must name a restore of the last 24 hours but was " + cluster
                    + " at " + task.now() + ": begin anew on all nodes, with the name that the cluster had before");
        }
        return name;
    }

    private static StateMachine.Writing raised(Task task, Instant restored) throws IOException {
        Instant taken = task.backup().taken();
        if (restored.isBefore(taken)) {
            throw new IOException("the time of day must be after that of the backup, " + taken + ", but was " + restored
                    + ": tokens would be given twice; set the clock right");
        }
        long last = task.leases().lastToken();
        long first = TokenEpoch.at(restored);
        if (first <= last) {
            // A leader's clock was far ahead once. A later restore begins higher here, too.
            first = last + MORE_THAN_WERE_GIVEN + TokenEpoch.of(Duration.between(taken, restored));
        }
        return task.leases().raisedAbove(first);
    }

    /** The same on all nodes, and another one than before. */
    private static long epoch(RestoredName name) {
        UUID hash = UUID.nameUUIDFromBytes(name.toString().getBytes(StandardCharsets.UTF_8));
        return 1 + Math.floorMod(hash.getMostSignificantBits(), Position.MAX_VALUE - 1);
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new IOException("--data-dir must be empty or absent but " + directory
                        + " is not: move away what is in it, if it is not needed any more");
            }
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    /** Leaves nothing behind when it fails: the directory was empty. */
    private static void writing(Path directory, Write write) throws IOException {
        boolean existed = Files.exists(directory);
        Files.createDirectories(directory);
        try {
            write.run();
        } catch (IOException | RuntimeException e) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    if (!existed || !file.equals(directory)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
            throw e;
        }
    }
}
