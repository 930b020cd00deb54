package io.muster.benchmarks.gossip;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process whose output is taken line by line as it comes, and kept in a file. It ends with this JVM, however this JVM ends short
 * of SIGKILL; a process that reads its input to the end can end even then. Thread-safe.
 */
final class Program implements AutoCloseable {
    private static final long END_SECONDS = 5;

    private final String name;
    private final Process process;
    private final Thread atExit;
    private final Thread reader;

    private Program(String name, Process process, Path log, Consumer<String> lines) {
        this.name = name;
        this.process = process;
        this.atExit = new Thread(process::destroyForcibly, "end of " + name);
        this.reader = new Thread(() -> read(log, lines), "output of " + name);
    }

    /**
     * Starts it.
     *
     * @param logs the folder of the file
     * @param lines is told of each line, on a thread of this process's own
     */
    static Program start(String name, Path logs, List<String> command, Consumer<String> lines) throws IOException {
        Files.createDirectories(logs);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Program program = new Program(name, process, logs.resolve(name + ".log"), lines);
        Runtime.getRuntime().addShutdownHook(program.atExit);
        program.reader.setDaemon(true);
        program.reader.start();
        return program;
    }

    private void read(Path log, Consumer<String> lines) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter kept = Files.newBufferedWriter(log)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.accept(line);
                kept.append(line).append('\n');
            }
        } catch (IOException | UncheckedIOException e) {
            // The process was killed, and its output with it.
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The CPU time that it used so far, user and system, in seconds. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1e9;
    }

    /** The memory that it shares with nobody, in bytes. */
    double privateBytes() throws IOException {
        long kilobytes = 0;
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "smaps_rollup"))) {
            if (line.startsWith("Private_Clean:") || line.startsWith("Private_Dirty:")) {
                kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return kilobytes * 1024.0;
    }

    /** Sends it a signal, such as {@code STOP}. */
    void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + signal + " of " + name + " ended with " + status);
        }
    }

    /** Ends it with SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits for its end and its last line; with status 0 within the limit, or else it fails. */
    void awaitEnd(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException(name + " did not end within " + limit.toSeconds() + " s");
        }
        reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        if (process.exitValue() != 0) {
            throw new IOException(name + " ended with " + process.exitValue());
        }
    }

    /** Ends it with SIGKILL and waits for that. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
