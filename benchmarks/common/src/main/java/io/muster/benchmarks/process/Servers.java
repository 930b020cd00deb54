package io.muster.benchmarks.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Starts the servers under measurement from their executable jars, all with the same JVM flags. */
public final class Servers {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path root;
    private final Path logs;

    /**
     * @param root the project's folder
     * @param logs where the processes' output goes
     */
    public Servers(Path root, Path logs) {
        this.root = root;
        this.logs = logs;
    }

    /**
     * A server that answers.
     *
     * @param process its process
     * @param port where it listens on the loopback
     * @param gcLog its JVM's log of collections
     */
    public record Server(JavaProcess process, int port, Path gcLog) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /** One machine plays the whole fleet, which would be more than a client may ask. */
    public Server muster(String name, int maxHeapMegabytes) throws IOException, InterruptedException {
        return start(
                name,
                jar("registry-service"),
                maxHeapMegabytes,
                "/v1/services",
                // Operators' settings would be kept in the home of whoever measures.
                "--muster.server.data-dir=",
                "--muster.server.limits.requests-per-second=10000000",
                "--muster.server.limits.connections-per-client=100000",
                "--muster.server.limits.max-connections=100000",
                "--muster.server.limits.streams-per-client=100000");
    }

    public Server eureka(String name, int maxHeapMegabytes) throws IOException, InterruptedException {
        return start(name, jar("benchmarks/eureka-server"), maxHeapMegabytes, "/eureka/apps");
    }

    /** Starts this program again with other arguments, to talk to over its input and output. */
    public JavaProcess again(String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("-Xmx768m", "-jar", System.getProperty("java.class.path")));
        command.addAll(arguments);
        return JavaProcess.start(name, logs, true, command);
    }

    private Server start(String name, Path jar, int maxHeapMegabytes, String path, String... more)
            throws IOException, InterruptedException {
        int port = freePort();
        Path gcLog = logs.resolve(name + "-gc.log");
        Files.createDirectories(logs);
        List<String> command = new ArrayList<>(List.of(
                "-Xmx" + maxHeapMegabytes + "m",
                "-XX:+UseG1GC",
                "-Xlog:gc:file=" + gcLog + "::filecount=0",
                "-jar",
                jar.toString(),
                "--server.address=127.0.0.1",
                "--server.port=" + port));
        command.addAll(List.of(more));
        JavaProcess process = JavaProcess.start(name, logs, false, command);
        try {
            process.awaitAnswer(URI.create("http://127.0.0.1:" + port + path), START_LIMIT);
        } catch (IOException | InterruptedException e) {
            process.close();
            throw e;
        }
        return new Server(process, port, gcLog);
    }

    private Path jar(String folder) throws IOException {
        return executable(root, folder);
    }

    /** The executable jar of a module, already built. */
    public static Path executable(Path root, String folder) throws IOException {
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(root.resolve(folder).resolve("target"), "*-exec.jar")) {
            for (Path jar : jars) {
                return jar;
            }
        }
        throw new IOException("No executable jar below " + folder + "/target: build it first");
    }

    /** A free port below the range that the kernel gives to outgoing connections. */
    public static int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: another one.
            }
        }
        throw new IOException("No free port between 20000 and 32000");
    }
}
