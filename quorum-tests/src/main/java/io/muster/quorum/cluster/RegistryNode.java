package io.muster.quorum.cluster;

import io.muster.benchmarks.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of a registry: a process that keeps its address and its folder over restarts. Thread-safe. */
public final class RegistryNode implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final String id;
    private final String address;
    private final int httpPort;
    private final Path logs;
    private final List<String> prefix;
    private final List<String> arguments;
    private @Nullable JavaProcess process;
    private boolean stopped;
    private int starts;

    RegistryNode(String id, String address, int httpPort, Path logs, List<String> prefix, List<String> arguments) {
        this.id = id;
        this.address = address;
        this.httpPort = httpPort;
        this.logs = logs;
        this.prefix = List.copyOf(prefix);
        this.arguments = List.copyOf(arguments);
    }

    /** Its id among its peers. */
    public String id() {
        return id;
    }

    /** Where its API is. */
    public URI uri() {
        return URI.create("http://" + address + ":" + httpPort);
    }

    /** The port of its API. */
    public int httpPort() {
        return httpPort;
    }

    String address() {
        return address;
    }

    /** Starts it, without waiting. */
    public synchronized void start() throws IOException {
        if (running()) {
            throw new IllegalStateException("node " + id + " must not run but does");
        }
        starts++;
        stopped = false;
        List<String> all = new ArrayList<>(arguments);
        all.add("--muster.server.raft.bootstrap=" + (starts == 1));
        process = JavaProcess.start(id + "-" + starts, logs, false, prefix, all);
    }

    /** Waits until it answers reads of the catalogue. */
    public void awaitAnswer() throws IOException, InterruptedException {
        process().awaitAnswer(uri().resolve("/v1/services"), START_LIMIT);
    }

    /** Whether its process runs and is not stopped. */
    public synchronized boolean up() {
        return running() && !stopped;
    }

    private boolean running() {
        return process != null && process.alive();
    }

    /** Its newest process. */
    public synchronized JavaProcess process() {
        if (process == null) {
            throw new IllegalStateException("node " + id + " was never started");
        }
        return process;
    }

    /** Its JVM's log of collections. */
    public Path gcLog() {
        return logs.resolve(id + "-gc.log");
    }

    /** Ends it with SIGKILL. */
    public synchronized void kill() throws InterruptedException {
        process().kill();
    }

    /** Ends it with SIGTERM and waits for that. */
    public synchronized void end() throws InterruptedException {
        process().process().destroy();
        process().process().waitFor();
    }

    /** Stops all its threads, with SIGSTOP. */
    public synchronized void pause() throws IOException, InterruptedException {
        stopped = true;
        process().signal("STOP");
    }

    /** Lets them run again. */
    public synchronized void resume() throws IOException, InterruptedException {
        process().signal("CONT");
        stopped = false;
    }

    @Override
    public synchronized void close() {
        if (process != null && process.alive()) {
            process.process().destroyForcibly();
            process.close();
        }
    }

    @Override
    public String toString() {
        return id;
    }
}
