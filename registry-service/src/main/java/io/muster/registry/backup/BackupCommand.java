package io.muster.registry.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The command {@code backup}: asks a running registry for a backup, and writes it to a file once it is whole. */
public final class BackupCommand {
    /** The command's name. */
    public static final String NAME = "backup";

    private static final String USAGE =
            "usage: backup --registry <url> --out <file> [--token <token> | --token-file <file>]"
                    + " [--stale true]%n"
                    + "  --stale true takes what that node knows when there is no majority any more%n";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SHOWN_BYTES = 500;

    private BackupCommand() {}

    /**
     * Runs it.
     *
     * @param arguments what follows the command's name
     * @return the exit code: 0; 1 when there is no backup, and nothing was written; 2 when the arguments cannot be meant
     */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        URI url;
        Path file;
        String token;
        try {
            CommandArguments options = CommandArguments.parse(
                    arguments, Set.of("--registry", "--out", "--token", "--token-file", "--stale"));
            file = Path.of(options.required("--out")).toAbsolutePath();
            boolean stale = Boolean.parseBoolean(options.optional("--stale"));
            url = url(options.required("--registry"), stale);
            token = token(options);
        } catch (IllegalArgumentException e) {
            err.printf("%s%n" + USAGE, e.getMessage());
            return 2;
        }
        try {
            if (Files.exists(file)) {
                throw new IOException(file + " exists already");
            }
            byte[] content = fetch(url, token);
            Backup backup = Backup.decode(content);
            int leases = backup.leases().size();
            write(file, content);
            out.printf(
                    "%s: backup of %s, taken at %s: %d settings, %d leases, %d bytes%n",
                    file, backup.cluster(), backup.taken(), backup.settings().size(), leases, content.length);
            return 0;
        } catch (IOException e) {
            err.printf("No backup was taken: %s%n", e.getMessage() == null ? e : e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.printf("No backup was taken: the command was interrupted%n");
            return 1;
        }
    }

    private static URI url(String registry, boolean stale) {
        URI base = URI.create(registry.endsWith("/") ? registry : registry + "/");
        if (base.getScheme() == null || base.getHost() == null) {
            throw new IllegalArgumentException("--registry must be a URL but was " + registry);
        }
        return base.resolve("v1/operator/backup" + (stale ? "?stale=true" : ""));
    }

    private static String token(CommandArguments options) {
        String file = options.optional("--token-file");
        String token = options.optional("--token");
        if (file == null) {
            return token == null ? "" : token;
        }
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException("--token-file must be readable but was not: " + e, e);
        }
    }

    private static byte[] fetch(URI url, String token) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(PATIENCE);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<InputStream> answer;
        try {
            answer = http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new IOException(url + " does not answer: " + e, e);
        }
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                String reason = new String(body.readNBytes(SHOWN_BYTES), StandardCharsets.UTF_8);
                throw new IOException(url + " answered " + answer.statusCode() + ": " + reason);
            }
            byte[] content = body.readNBytes(Backup.MAX_BYTES + 1);
            if (content.length > Backup.MAX_BYTES) {
                throw new IOException(url + " answered more than " + Backup.MAX_BYTES + " bytes");
            }
            return content;
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.write(aside, content);
            try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
