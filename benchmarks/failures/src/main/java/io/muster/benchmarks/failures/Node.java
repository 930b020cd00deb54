package io.muster.benchmarks.failures;

import io.muster.benchmarks.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An instance of the service at a port that it keeps over its restarts. Not thread-safe. */
final class Node implements AutoCloseable {
    private static final long LIMIT_SECONDS = 90;

    private final int port;
    private final Path jar;
    private final Path logs;
    private final List<String> prefix;
    private final List<String> properties;
    private @Nullable JavaProcess process;
    private int starts;

    /**
     * @param port where it listens
     * @param jar the executable jar
     * @param logs where its output goes
     * @param prefix a program through which it is started; empty for none
     * @param properties Spring properties
     */
    Node(int port, Path jar, Path logs, List<String> prefix, List<String> properties) {
        this.port = port;
        this.jar = jar;
        this.logs = logs;
        this.prefix = List.copyOf(prefix);
        this.properties = List.copyOf(properties);
    }

    int port() {
        return port;
    }

    void start() throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), "instance"));
        arguments.add("--server.port=" + port);
        arguments.addAll(properties);
        starts++;
        process = JavaProcess.start("instance-" + port + "-" + starts, logs, false, prefix, arguments);
    }

    JavaProcess process() {
        if (process == null) {
            throw new IllegalStateException("Instance :" + port + " was never started");
        }
        return process;
    }

    /** Waits until the running process has told of a moment. */
    long await(String moment) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (true) {
            OptionalLong at = moment(moment);
            if (at.isPresent()) {
                return at.getAsLong();
            }
            if (System.nanoTime() > deadline || !process().alive()) {
                throw new IOException("Instance :" + port + " did not get " + moment + ", see "
                        + process().log());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** When the latest process told of a moment. */
    OptionalLong moment(String moment) throws IOException {
        String prefixed = "MOMENT " + moment + " ";
        for (String line : Files.readAllLines(process().log())) {
            if (line.startsWith(prefixed)) {
                return OptionalLong.of(Long.parseLong(line.substring(prefixed.length())));
            }
        }
        return OptionalLong.empty();
    }

    /** Asks it to end and waits until it has. */
    void stop() throws IOException, InterruptedException {
        Process running = process().process();
        running.destroy();
        if (!running.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(
                    "Instance :" + port + " does not end, see " + process().log());
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
