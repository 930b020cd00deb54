package io.muster.samples.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One process of the demo: an executable jar on a port of the loopback, its output in a file. */
final class Service {
    private final String name;
    private final int port;
    private final Path log;
    private final List<String> command;
    private volatile @Nullable Process process;

    /**
     * @param name for people and for the file name of the log
     * @param jar the executable jar
     * @param port its port on 127.0.0.1
     * @param logs the folder of the log
     * @param arguments further arguments for the application
     */
    Service(String name, Path jar, int port, Path logs, List<String> arguments) {
        this.name = name;
        this.port = port;
        this.log = logs.resolve(name + "-" + port + ".log");
        List<String> parts = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-jar",
                jar.toString(),
                "--server.address=127.0.0.1",
                "--server.port=" + port));
        parts.addAll(arguments);
        this.command = List.copyOf(parts);
    }

    void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Ends it at once and without a word to anybody: SIGKILL. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    /** Asks it to end: SIGTERM. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
        }
    }

    /** Waits until it has ended; false when it still runs after {@code seconds}. */
    boolean awaitEnd(long seconds) throws InterruptedException {
        Process running = process;
        return running == null || running.waitFor(seconds, TimeUnit.SECONDS);
    }

    boolean running() {
        Process running = process;
        return running != null && running.isAlive();
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    Path log() {
        return log;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public String toString() {
        return name + " :" + port;
    }
}
